/** Style of report.html: calm, light and dark, one column of cards on a narrow screen. */
export const pageStyle = `
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#1b2230;--soft:#5d6778;--faint:#8b94a3;--line:#e4e7ec;--hover:#f3f5f9;--accent:#3a5bd9;--code:#f1f3f7;
--proven:#1f8a5b;--failed:#c8372d;--blocked:#b4610a;--drifted:#2b7a9b;--diverged:#7a4fc4;--refused:#9a7400;--interrupted:#64748b;--bar:#6d8bf0;--bar2:#54b2a3}
@media (prefers-color-scheme:dark){:root{--bg:#10141b;--card:#181d26;--ink:#e6e9ef;--soft:#a3adbd;--faint:#788396;--line:#29303c;--hover:#1e2530;--accent:#8ea8ff;--code:#212835;
--proven:#4cc38a;--failed:#ff7a6e;--blocked:#f2a25c;--drifted:#5fb4d6;--diverged:#b99af2;--refused:#e0bb4a;--interrupted:#94a3b8;--bar:#6d8bf0;--bar2:#4da596}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;-webkit-text-size-adjust:100%;font-variant-numeric:tabular-nums}
main{max-width:1120px;margin:0 auto;padding:40px 24px 80px}
h1{font-size:28px;line-height:1.25;letter-spacing:-.015em;font-weight:650;margin:6px 0 4px}
h2{font-size:15px;font-weight:650;margin:0 0 10px}
p{margin:0}
a{color:var(--accent);text-decoration:none}a:hover{text-decoration:underline}
code,.mono{font:12.5px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;overflow-wrap:anywhere}
.soft{color:var(--soft)}.faint{color:var(--faint)}.small{font-size:13px}
.eyebrow{display:flex;flex-wrap:wrap;gap:2px 16px;font-size:13px;color:var(--soft);overflow-wrap:anywhere}
.head{display:grid;grid-template-columns:auto 1fr;gap:0 16px;align-items:start}
.seal{width:44px;height:44px;border-radius:50%;display:grid;place-items:center;margin-top:6px;background:color-mix(in srgb,var(--tone) 14%,transparent);color:var(--tone)}
.seal svg{width:22px;height:22px}
.good{--tone:var(--proven)}.warn{--tone:var(--blocked)}.bad{--tone:var(--failed)}
.tiles{display:grid;grid-template-columns:repeat(5,1fr);gap:1px;background:var(--line);border:1px solid var(--line);border-radius:12px;overflow:hidden;margin:28px 0 16px}
.tile{background:var(--card);padding:14px 18px}.tile b{display:block;font-size:21px;font-weight:620;letter-spacing:-.01em;line-height:1.3}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:18px 20px;margin:0 0 16px}
.card ul{margin:0;padding:0;list-style:none}.card li{padding:5px 0}.card li+li{border-top:1px solid var(--line)}
.strip{display:flex;gap:2px;height:8px;border-radius:4px;overflow:hidden;margin-bottom:14px}.strip i{min-width:4px;background:var(--tone)}
.proven{--tone:var(--proven)}.failed{--tone:var(--failed)}.blocked{--tone:var(--blocked)}.drifted{--tone:var(--drifted)}.diverged{--tone:var(--diverged)}.refused{--tone:var(--refused)}.interrupted{--tone:var(--interrupted)}
.tools{display:flex;flex-wrap:wrap;gap:8px;align-items:center}
.chip{font:inherit;font-size:13px;display:inline-flex;align-items:center;gap:7px;border:1px solid var(--line);background:transparent;color:var(--soft);border-radius:999px;padding:4px 12px;cursor:pointer}
.chip:hover{background:var(--hover)}.chip[aria-pressed=true]{border-color:var(--accent);color:var(--ink);background:color-mix(in srgb,var(--accent) 10%,transparent)}
.dot{width:8px;height:8px;border-radius:50%;background:var(--tone,var(--faint));flex:none}
input[type=search]{font:inherit;font-size:14px;flex:1 1 220px;min-width:0;margin-left:auto;max-width:340px;padding:7px 12px;border:1px solid var(--line);border-radius:8px;background:var(--bg);color:var(--ink)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.charts{display:grid;grid-template-columns:1fr 1fr;gap:16px;margin-bottom:16px}.charts .card{min-width:0;margin:0}.charts svg{display:block;width:100%;height:auto}
svg text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:var(--soft)}svg .name{fill:var(--ink)}svg .t{fill:var(--bar)}svg .b{fill:var(--bar2)}svg .track{fill:var(--code)}
table{border-collapse:collapse;width:100%}
.list{padding:0;overflow:hidden}.list .tools{padding:16px 20px}
th{text-align:left;font-size:12.5px;font-weight:550;color:var(--soft);border-block:1px solid var(--line);background:var(--bg);padding:0;white-space:nowrap}
th button{all:unset;cursor:pointer;display:block;padding:8px 12px;width:100%;box-sizing:border-box}th button:focus-visible{outline:2px solid var(--accent);outline-offset:-2px}
th[aria-sort] button{color:var(--ink)}th[aria-sort=ascending] button::after{content:" ↑"}th[aria-sort=descending] button::after{content:" ↓"}
td{padding:10px 12px;border-bottom:1px solid var(--line);vertical-align:top}
th:first-child button,td:first-child{padding-left:20px}th:last-child button,td:last-child{padding-right:20px}
.num{text-align:right;white-space:nowrap}.row{cursor:pointer}.row:hover{background:var(--hover)}.row.open{background:var(--hover)}.row.open td{border-bottom-color:transparent}
.name{overflow-wrap:anywhere}.open-row{all:unset;cursor:pointer;font-weight:550;overflow-wrap:anywhere}.open-row:focus-visible{outline:2px solid var(--accent);border-radius:3px}
.state{display:inline-flex;align-items:center;gap:7px;color:var(--tone);font-size:13.5px;font-weight:550;white-space:nowrap}
.detail>td{background:var(--hover);padding:2px 20px 20px}
.grid{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:18px 32px}.wide{grid-column:1/-1}
.grid h3{font-size:12px;font-weight:600;letter-spacing:.02em;color:var(--soft);margin:0 0 6px}
.remark{border-left:3px solid var(--tone);padding:2px 0 2px 12px;margin:0 0 12px;overflow-wrap:anywhere}.remark:last-child,li .remark{margin-bottom:0}
.fix{display:flex;gap:8px;align-items:flex-start;margin-top:6px}.fix pre{flex:1;min-width:0;margin:0;padding:8px 12px;border-radius:8px;background:var(--code);white-space:pre-wrap;overflow-wrap:anywhere;font:12.5px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.copy{font:inherit;font-size:12.5px;border:1px solid var(--line);background:var(--card);color:var(--soft);border-radius:7px;padding:5px 10px;cursor:pointer}
.step{display:grid;grid-template-columns:74px 1fr auto;gap:10px;align-items:center;font-size:13.5px;padding:2px 0}.step i{height:6px;border-radius:3px;background:var(--bar);min-width:2px}
.facts{display:grid;grid-template-columns:auto minmax(0,1fr);gap:3px 14px;margin:0;font-size:13.5px}.facts dt{color:var(--soft)}.facts dd{margin:0;overflow-wrap:anywhere}
.foot{padding:14px 20px;display:flex;gap:12px;align-items:center;justify-content:space-between}
@media (max-width:760px){main{padding:24px 14px 60px}h1{font-size:22px}.tiles{grid-template-columns:1fr 1fr}.tile:first-child{grid-column:1/-1}.charts{grid-template-columns:minmax(0,1fr)}.grid{grid-template-columns:minmax(0,1fr)}
.seal{width:36px;height:36px}.card{padding:16px}
.list{padding:0}.list .tools{padding:14px 16px}.foot{padding:14px 16px}th:first-child button{padding-left:16px}input[type=search]{max-width:none;flex-basis:100%;order:-1}
.list table,.list thead{display:block}svg text{font-size:15.5px}.list thead tr{display:flex;overflow-x:auto;background:var(--bg);border-block:1px solid var(--line)}.list th{border:0}
.list tbody,.detail,.detail>td{display:block}.row{display:grid;grid-template-columns:1fr auto auto;gap:2px 14px;padding:12px 16px;border-bottom:1px solid var(--line)}.row.open{border-bottom-color:transparent}
.row td{border:0;padding:0!important}.row td.name{grid-column:1/-1;grid-row:1}.row td.num{font-size:13px;color:var(--soft)}.row td.proof{display:none}.row td.refs::after{content:" refs"}.row td.bytes{grid-column:3;grid-row:2}.row td.time{display:none}.detail>td{padding:2px 16px 18px}}
@media print{body{background:#fff}.tools,.foot{display:none}.card{break-inside:avoid}}
`;
