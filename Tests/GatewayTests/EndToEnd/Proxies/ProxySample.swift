import Foundation
import Testing

/// A sample of `docs/operations/`, which a test runs as it is written there but for what the page names: ports, the host's name, and where the
/// certificate lies.
enum ProxySample: String, CaseIterable, CustomTestStringConvertible {
    case nginx = "nginx.conf"
    case haproxy = "haproxy.cfg"
    case caddy = "Caddyfile"
    case apache = "apache.conf"

    static let folder = "\(Workbench.repository)/docs/operations"

    var testDescription: String { rawValue }

    /// As it is in the documentation.
    var text: String { get throws { try String(contentsOfFile: "\(Self.folder)/\(rawValue)", encoding: .utf8) } }

    /// What Debian's own files put around a site.
    func file(around site: String, in folder: String) -> String {
        let isRoot = geteuid() == 0
        switch self {
        case .nginx:
            let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map { "\($0)_temp_path \(folder)/\($0);" }
            return """
                daemon off;
                pid \(folder)/nginx.pid;
                error_log \(folder)/nginx.log;
                \(isRoot ? "user root;" : "")
                events { worker_connections 4096; }
                http {
                access_log off;
                \(temporary.joined(separator: "\n"))
                \(site)
                }
                """
        case .haproxy: return site
        case .caddy: return "{\n\tadmin off\n\tauto_https disable_redirects\n\tdefault_bind 127.0.0.1\n}\n" + site
        case .apache:
            let modules = ["mpm_event", "authz_core", "headers", "proxy", "proxy_http", "socache_shmcb", "ssl", "unique_id"]
            let lines = [
                "ServerRoot \(folder)", "DefaultRuntimeDir \(folder)", "PidFile \(folder)/apache.pid", "ErrorLog \(folder)/apache.log",
                "ServerName localhost", isRoot ? "User www-data\nGroup www-data" : "",
            ]
            return (lines + modules.map { "LoadModule \($0)_module /usr/lib/apache2/modules/mod_\($0).so" } + [site])
                .joined(separator: "\n")
        }
    }

    func command(_ file: String, in folder: String) -> [String] {
        switch self {
        case .nginx: ["/usr/sbin/nginx", "-e", "\(folder)/nginx.log", "-c", file]
        case .haproxy: ["/usr/sbin/haproxy", "-f", file]
        case .caddy: ["/usr/bin/caddy", "run", "--adapter", "caddyfile", "--config", file]
        case .apache: ["/usr/sbin/apache2", "-D", "FOREGROUND", "-f", file]
        }
    }
}
