/// What makes the pages quicker to use. Every page works without it, but for the live feed and the copying.
enum ConsoleScript {
    static let text = #"""
        "use strict";
        (() => {
          const two = (number) => String(number).padStart(2, "0");

          // Times in the viewer's zone; UTC stays on hover.
          const showTimes = (root) => {
            for (const element of root.querySelectorAll("time[datetime]")) {
              const time = new Date(element.dateTime);
              if (isNaN(time) || element.title) continue;
              element.title = element.dateTime + " (UTC)";
              const day = time.getFullYear() + "-" + two(time.getMonth() + 1) + "-" + two(time.getDate());
              const today = new Date();
              const isToday = today.toDateString() === time.toDateString();
              const clock = two(time.getHours()) + ":" + two(time.getMinutes()) + ":" + two(time.getSeconds());
              element.textContent = isToday ? "today " + clock : day + " " + clock;
            }
          };

          const copy = async (button) => {
            const source = document.getElementById(button.dataset.copy);
            if (!source) return;
            const label = button.textContent;
            try {
              await navigator.clipboard.writeText(source.textContent);
              button.textContent = "Copied";
            } catch {
              const selection = getSelection();
              selection.removeAllRanges();
              const range = document.createRange();
              range.selectNodeContents(source);
              selection.addRange(range);
              button.textContent = "Selected: press Ctrl+C";
            }
            setTimeout(() => { button.textContent = label; }, 2000);
          };

          const save = (button) => {
            const text = document.getElementById(button.dataset.save).value;
            const link = document.createElement("a");
            link.href = URL.createObjectURL(new Blob([text], { type: "application/yaml" }));
            link.download = button.dataset.name;
            link.click();
            URL.revokeObjectURL(link.href);
          };

          const prepare = (root) => {
            showTimes(root);
            for (const button of root.querySelectorAll("[data-copy]")) {
              button.hidden = false;
              button.addEventListener("click", () => copy(button));
            }
            for (const button of root.querySelectorAll("[data-save]")) {
              button.hidden = false;
              button.addEventListener("click", () => save(button));
            }
          };

          const fetchPage = async (address, options) => {
            const reply = await fetch(address, options);
            if (!reply.ok) throw new Error(String(reply.status));
            return new DOMParser().parseFromString(await reply.text(), "text/html");
          };

          // What changes by itself within seconds is looked at again, for two minutes at most.
          const follow = async (main) => {
            for (let round = 0; round < 60 && main.dataset.moving === "yes"; round++) {
              await new Promise((done) => setTimeout(done, 2000));
              if (document.hidden) continue;
              try {
                const address = new URL(location.href);
                address.searchParams.delete("sent");
                const next = (await fetchPage(address)).getElementById("main");
                if (main.contains(document.activeElement) && document.activeElement !== main) continue;
                main.replaceChildren(...next.childNodes);
                main.dataset.moving = next.dataset.moving;
                prepare(main);
              } catch { return; }
            }
          };

          // The workbench answers while somebody types.
          const work = (form) => {
            let timer = 0;
            let round = 0;
            const show = async () => {
              const own = ++round;
              try {
                const page = await fetchPage(form.action, {
                  method: "POST", body: new URLSearchParams(new FormData(form)),
                  headers: { "Content-Type": "application/x-www-form-urlencoded" },
                });
                if (own !== round) return;
                const result = document.getElementById("result");
                result.replaceChildren(...page.getElementById("result").childNodes);
                prepare(result);
              } catch { /* The button still works. */ }
            };
            form.addEventListener("input", (event) => {
              if (event.target.tagName !== "TEXTAREA") return;
              clearTimeout(timer);
              timer = setTimeout(show, 300);
            });
            for (const select of form.querySelectorAll("select")) {
              select.addEventListener("change", () => {
                // Another source or tracker brings its own texts along.
                if (select.name === "source") form.elements.request.disabled = true;
                form.elements.mapping.disabled = true;
                form.submit();
              });
            }
          };

          // What comes in, while the page is open.
          const listen = (section) => {
            const list = section.querySelector("ol");
            section.hidden = false;
            const events = new EventSource("/feed");
            events.onmessage = (event) => {
              const hit = JSON.parse(event.data);
              const item = document.createElement("li");
              const time = document.createElement("time");
              time.dateTime = hit.time;
              const link = document.createElement("a");
              link.href = "/conversions/" + encodeURIComponent(hit.id);
              link.textContent = (hit.correction ? "correction of " : "") + hit.what + (hit.order ? ", order " + hit.order : "");
              item.append(time, " ", link, " from " + hit.source);
              list.prepend(item);
              while (list.children.length > 50) list.lastChild.remove();
              showTimes(item);
            };
            addEventListener("pagehide", () => events.close());
          };

          prepare(document);
          const main = document.getElementById("main");
          if (main) follow(main);
          const form = document.getElementById("workbench");
          if (form) work(form);
          const feed = document.getElementById("feed");
          if (feed) listen(feed);
          // As search boxes have it elsewhere.
          addEventListener("keydown", (event) => {
            const box = document.getElementById("q");
            if (event.key !== "/" || !box || event.target.closest("input, textarea, select")) return;
            event.preventDefault();
            box.focus();
            box.select();
          });
        })();
        """#
}
