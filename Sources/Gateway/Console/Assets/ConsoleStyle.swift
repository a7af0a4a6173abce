/// How the pages look: light or dark as the viewer's system is, from a phone's width on.
enum ConsoleStyle {
    static let text = #"""
        :root {
          color-scheme: light dark;
          --page: #f6f7f9; --card: #ffffff; --line: #d6dae1; --text: #1a1f29; --faint: #566072; --link: #1751b8; --main: #1f5fd0;
          --on-main: #ffffff; --good: #0f6b3c; --good-back: #e2f4ea; --warn: #7a4b00; --warn-back: #fdf0d5; --bad: #a8201a;
          --bad-back: #fce6e4; --calm: #1f4f8f; --calm-back: #e4eefb; --code: #eef0f4;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #12151b; --card: #1b2029; --line: #38404f; --text: #e8ebf1; --faint: #a3adbe; --link: #8db8ff; --main: #2f6fe0;
            --on-main: #ffffff; --good: #7fdca6; --good-back: #14382a; --warn: #f2c879; --warn-back: #3d2f12; --bad: #ffaaa3;
            --bad-back: #482020; --calm: #a5cbff; --calm-back: #1c3350; --code: #252b37;
          }
        }
        * { box-sizing: border-box; }
        html { font-size: 16px; -webkit-text-size-adjust: 100%; }
        body {
          margin: 0; background: var(--page); color: var(--text); line-height: 1.5;
          font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
        }
        a { color: var(--link); text-underline-offset: 2px; }
        :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px; }
        main:focus { outline: none; }
        h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem; overflow-wrap: anywhere; }
        h2 { font-size: 1.1rem; line-height: 1.3; margin: 0 0 .5rem; }
        h3 { font-size: 1rem; line-height: 1.3; margin: 0 0 .25rem; overflow-wrap: anywhere; }
        h4 { font-size: .85rem; margin: .75rem 0 .25rem; color: var(--faint); }
        p { margin: 0 0 .5rem; overflow-wrap: anywhere; }
        code, pre, textarea, .value { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .875em; }
        code { overflow-wrap: anywhere; }
        .value { overflow-wrap: anywhere; }
        pre {
          background: var(--code); border: 1px solid var(--line); border-radius: 6px; padding: .75rem; margin: 0 0 .5rem;
          overflow: auto; max-height: 26rem; white-space: pre-wrap; overflow-wrap: anywhere;
        }
        .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
        [hidden] { display: none !important; }
        .skip { position: absolute; left: .5rem; top: -4rem; background: var(--card); padding: .5rem 1rem; z-index: 2; }
        .skip:focus { top: .5rem; }
        header { background: var(--card); border-bottom: 1px solid var(--line); }
        .bar, nav, main { max-width: 72rem; margin: 0 auto; padding: 0 1rem; }
        .bar { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1rem; padding-top: .75rem; }
        .brand { font-weight: 700; font-size: 1.1rem; color: var(--text); text-decoration: none; }
        .search { display: flex; flex: 1 1 18rem; gap: .5rem; }
        .search input { flex: 1; min-width: 0; }
        .account { display: flex; align-items: center; gap: .5rem; margin: 0; }
        .who { color: var(--faint); font-size: .9rem; }
        nav { display: flex; flex-wrap: wrap; gap: 0 .25rem; padding-top: .5rem; }
        nav a { padding: .5rem .75rem; color: var(--text); text-decoration: none; white-space: nowrap; border-bottom: 3px solid transparent; }
        nav a[aria-current] { border-bottom-color: var(--main); font-weight: 600; }
        nav a:hover { border-bottom-color: var(--line); }
        main { padding-top: 1.25rem; padding-bottom: 4rem; }
        section { margin: 1.5rem 0; }
        main > section:first-of-type { margin-top: 1rem; }
        main > h2, #result h2 { margin-top: 1.5rem; }
        .narrow { max-width: 22rem; margin: 10vh auto 0; }
        .note, .faint { color: var(--faint); }
        .note { font-size: .92rem; }
        .facts { color: var(--faint); margin-bottom: .25rem; }
        .facts .copy { margin-left: .5rem; }
        h1 + .alert { margin-top: .75rem; }
        .reason { color: var(--text); overflow-wrap: anywhere; }
        .card, .tile { background: var(--card); border: 1px solid var(--line); border-left-width: 5px; border-radius: 8px; padding: .9rem 1rem; margin: 0 0 .9rem; }
        .card.good, .tile.good { border-left-color: var(--good); }
        .card.warn, .tile.warn { border-left-color: var(--warn); }
        .card.bad, .tile.bad { border-left-color: var(--bad); }
        .card.calm { border-left-color: var(--calm); }
        .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: .9rem; }
        .cards { margin-bottom: .75rem; }
        .cards .card { margin: 0; display: flex; flex-direction: column; }
        .cards .card form { margin-top: auto; }
        .big { font-size: 2rem; font-weight: 700; line-height: 1.15; margin: 0 0 .25rem; overflow-wrap: anywhere; }
        .badge {
          display: inline-block; font-size: .8rem; font-weight: 600; padding: .05rem .5rem; border-radius: 1rem; vertical-align: .1em;
          background: var(--calm-back); color: var(--calm);
        }
        .badge.good { background: var(--good-back); color: var(--good); }
        .badge.warn { background: var(--warn-back); color: var(--warn); }
        .badge.bad { background: var(--bad-back); color: var(--bad); }
        .alert { border-radius: 6px; padding: .6rem .8rem; background: var(--calm-back); color: var(--calm); overflow-wrap: anywhere; }
        .alert.good { background: var(--good-back); color: var(--good); }
        .alert.warn { background: var(--warn-back); color: var(--warn); }
        .alert.bad { background: var(--bad-back); color: var(--bad); }
        .alert a { color: inherit; }
        button, .button {
          font: inherit; font-weight: 600; cursor: pointer; display: inline-block; text-decoration: none; border-radius: 6px; min-height: 2.5rem;
          padding: .4rem .9rem; border: 1px solid var(--faint); background: var(--card); color: var(--text);
        }
        button:hover, .button:hover { border-color: var(--link); }
        button.main { background: var(--main); border-color: var(--main); color: var(--on-main); }
        button.quiet, .copy { font-weight: 400; font-size: .9rem; min-height: 2rem; padding: .2rem .7rem; border-color: var(--line); }
        form.inline { display: inline; margin: 0; }
        form.inline + p { margin-top: .75rem; }
        .actions { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: .5rem; }
        input, select, textarea {
          font: inherit; color: var(--text); background: var(--card); border: 1px solid var(--faint); border-radius: 6px; padding: .4rem .6rem;
          min-height: 2.5rem; max-width: 100%;
        }
        textarea { width: 100%; font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .875rem; line-height: 1.45; }
        ::placeholder { color: var(--faint); opacity: 1; }
        input[type=checkbox] { min-height: auto; }
        .stack { display: flex; flex-direction: column; gap: .35rem; }
        .stack label { font-weight: 600; margin-top: .35rem; }
        .stack label.check { font-weight: 400; }
        .filter { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem; margin: 0 0 1rem; }
        .filter label { color: var(--faint); }
        .columns { display: grid; grid-template-columns: 1fr; gap: 1rem; }
        @media (min-width: 60rem) { .columns { grid-template-columns: 1fr 1fr; } }
        .columns > * { min-width: 0; }
        .scroll { overflow-x: auto; margin: 0 0 .5rem; }
        table { border-collapse: collapse; width: 100%; background: var(--card); }
        th, td { text-align: left; vertical-align: top; padding: .45rem .75rem; border-bottom: 1px solid var(--line); }
        th { font-size: .85rem; color: var(--faint); white-space: nowrap; }
        td { min-width: 5rem; overflow-wrap: break-word; }
        td code { white-space: nowrap; }
        td .value { display: inline-block; min-width: 7rem; }
        td a .value { min-width: 0; text-decoration: underline; }
        td .origin { overflow-wrap: break-word; }
        th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; min-width: 4rem; }
        dl.counts { display: grid; grid-template-columns: repeat(3, 1fr); gap: .25rem .75rem; margin: .5rem 0; }
        dl.counts dt { color: var(--faint); font-size: .8rem; }
        dl.counts dd { margin: 0; font-variant-numeric: tabular-nums; font-size: 1.1rem; }
        ul.plain, ul.hits, ul.names, ul.reasons, ol.timeline, ol.feed, ul.difference { list-style: none; margin: 0 0 .5rem; padding: 0; }
        ul.plain li, ul.reasons li { margin: 0 0 .4rem; overflow-wrap: anywhere; }
        ul.reasons .reason { display: block; color: var(--faint); }
        ul.names { display: flex; flex-wrap: wrap; gap: .25rem 1rem; }
        ul.names a { display: inline-block; padding: .25rem 0; }
        ul.difference { font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .85rem; }
        ul.difference li { padding: .15rem .5rem; overflow-wrap: anywhere; }
        .gone, del { background: var(--bad-back); color: var(--bad); }
        .come, ins { background: var(--good-back); color: var(--good); text-decoration: none; }
        ol.timeline li { position: relative; padding: 0 0 .6rem 1.25rem; border-left: 2px solid var(--line); margin-left: .4rem; overflow-wrap: anywhere; }
        ol.timeline li::before { content: ""; position: absolute; left: -.45rem; top: .4rem; width: .75rem; height: .75rem; border-radius: 50%; background: var(--calm); }
        ol.timeline li.good::before { background: var(--good); }
        ol.timeline li.warn::before { background: var(--warn); }
        ol.timeline li.bad::before { background: var(--bad); }
        ol.timeline time, ol.feed time { color: var(--faint); font-variant-numeric: tabular-nums; }
        ol.feed li { padding: .35rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
        details { margin: .25rem 0; }
        summary { cursor: pointer; padding: .35rem 0; }
        .choices { display: flex; flex-wrap: wrap; gap: .25rem 1rem; }
        .choices a { padding: .35rem 0; }
        .choices a[aria-current] { font-weight: 700; color: var(--text); text-decoration-thickness: 3px; }
        figure.chart { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .75rem; }
        figure.chart svg { display: block; width: 100%; height: 7rem; }
        rect.bar { fill: var(--main); }
        rect.none { fill: var(--line); }
        figcaption { color: var(--faint); font-size: .85rem; margin-top: .5rem; }
        @media (max-width: 40rem) {
          .big { font-size: 1.6rem; }
          .search { flex-basis: 100%; order: 3; }
          .account { margin-left: auto; }
          main { padding-top: 1rem; }
          .filter { display: grid; grid-template-columns: auto 1fr; }
          .filter button { grid-column: 2; }
          nav a { padding: .4rem .5rem; }
          th, td { padding: .4rem .5rem; }
          td .origin { font-size: .9rem; }
        }
        @media print { header, .actions, .copy { display: none; } body { background: #fff; } }
        """#
}
