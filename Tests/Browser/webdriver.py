"""A browser driven over the WebDriver protocol, with nothing but Python's own library."""

import base64
import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Failure(Exception):
    pass


class Driver:
    """chromedriver on a port of its own; ended by its own process."""

    def __init__(self):
        program = shutil.which("chromedriver")
        if not program or not shutil.which("chromium"):
            raise Failure("install the packages chromium and chromium-driver")
        self.process = subprocess.Popen([program, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.port = None
        for line in self.process.stdout:
            if "started successfully on port" in line:
                self.port = int(line.rstrip(".\n").split()[-1])
                break
        if self.port is None:
            raise Failure("chromedriver did not start")

    def call(self, method, path, body=None):
        data = None if method in ("GET", "DELETE") else json.dumps(body or {}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as reply:
                return json.load(reply)["value"]
        except urllib.error.HTTPError as error:
            raise Failure(json.load(error)["value"]["message"].split("\n")[0]) from None

    def end(self):
        self.process.terminate()
        self.process.wait()


class Page:
    """One window: its size and its colours are chosen when it opens."""

    def __init__(self, driver, width, dark=False, script=True, zone="Asia/Tokyo"):
        arguments = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage", "--force-device-scale-factor=1",
            f"--window-size={width},1000",
        ]
        if dark:
            arguments.append("--blink-settings=preferredColorScheme=0")
        options = {"args": arguments, "binary": shutil.which("chromium")}
        if not script:
            options["prefs"] = {"profile.managed_default_content_settings.javascript": 2}
        self.driver = driver
        wanted = {"capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options}}}
        self.path = f"/session/{driver.call('POST', '/session', wanted)['sessionId']}"
        self.width = width
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=1000, deviceScaleFactor=1, mobile=width < 600)
        self.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.cdp("Emulation.setTimezoneOverride", timezoneId=zone)

    def call(self, method, path, body=None):
        return self.driver.call(method, self.path + path, body)

    def cdp(self, command, **parameters):
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def open(self, address):
        self.call("POST", "/url", {"url": address})

    def script(self, text, *arguments):
        return self.call("POST", "/execute/sync", {"script": text, "args": list(arguments)})

    def find(self, selector):
        return self.call("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def click_element(self, element):
        self.script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", {ELEMENT: element})
        self.call("POST", f"/element/{element}/click")

    def click_text(self, text, selector="a, button, summary"):
        """The first element that shows this text."""
        script = """
            return [...document.querySelectorAll(arguments[1])].find((each) => each.textContent.trim().startsWith(arguments[0])) || null
        """
        element = self.script(script, text, selector)
        if element is None:
            raise Failure(f"nothing shows '{text}' on {self.address}:\n{self.text[:1500]}")
        self.click_element(element[ELEMENT])

    def type(self, selector, text, clear=True):
        element = self.find(selector)
        if clear:
            self.call("POST", f"/element/{element}/clear")
        self.call("POST", f"/element/{element}/value", {"text": text})

    def press(self, key):
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]}]})

    @property
    def text(self):
        return self.script("return document.body.innerText")

    @property
    def address(self):
        return self.call("GET", "/url")

    def wait(self, text, seconds=60):
        """Until the page shows the text."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if text in self.text:
                return
            time.sleep(0.1)
        raise Failure(f"'{text}' does not appear on {self.address}:\n{self.text[:1500]}")

    def picture(self, path):
        """The whole page, however long."""
        height = self.script("return Math.max(document.documentElement.scrollHeight, 400)")
        shot = self.cdp("Page.captureScreenshot", captureBeyondViewport=True, clip={"x": 0, "y": 0, "width": self.width, "height": min(height, 6000), "scale": 1})
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot["data"]))

    def end(self):
        self.call("DELETE", "")
