/// The description as a page for people: nothing but text, without scripts.
enum DescriptionPage {
    static let html: String = {
        var rows = ""
        for operation in Catalogue.all {
            rows +=
                "<tr><td><code>\(operation.method.rawValue)</code></td><td><code>\(escaped(operation.path.text))</code>"
            rows +=
                "</td><td>\(escaped(operation.summary))</td><td>\(escaped(RoleTable.words(operation.requirement)))</td></tr>\n"
        }
        var problems = ""
        for type in ProblemType.allCases {
            problems += "<tr><td><code>\(type.rawValue)</code></td><td>\(type.status)</td>"
            problems += "<td>\(escaped(type.title))</td><td>\(type.isRetryable ? "yes" : "no")</td></tr>\n"
        }
        return """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>Chancery</title>
            <style>body{font:16px/1.5 sans-serif;margin:2em auto;max-width:70em;padding:0 1em}
            table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ccc;padding:.3em .6em;text-align:left}
            code{font-size:.9em}</style></head><body>
            <h1>Chancery</h1>
            <p>The administration API. The same as OpenAPI 3.1: <a href="/openapi.json">/openapi.json</a>.</p>
            <table><tr><th>method</th><th>path</th><th>what it does</th><th>requires</th></tr>
            \(rows)</table>
            <h2>Problems</h2>
            <table><tr><th>code</th><th>status</th><th>what it means</th><th>worth trying again</th></tr>
            \(problems)</table></body></html>

            """
    }()

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
