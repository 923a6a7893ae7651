/** The page's only style sheet. Light and dark are two sets of the same names; pictures use them, too. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f5f4f1; --card: #fdfdfc; --ink: #16161a; --soft: #5a5955; --line: #e3e1db; --fill: #d4dce6;
  --active: #2a78d6; --standby: #e0622c; --cluster: #7758c4; --good: #117a3d; --bad: #c62f2f;
  --goodbg: #e2f2e7; --badbg: #fbe5e4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #131314; --card: #1c1c1e; --ink: #f1f0ec; --soft: #b3b1aa; --line: #35353a; --fill: #344153;
    --active: #4b97ee; --standby: #ee7f4b; --cluster: #a48be8; --good: #58c888; --bad: #f27c78;
    --goodbg: #17321f; --badbg: #3d1d1c;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
}
main { max-width: 1080px; margin: 0 auto; padding: 28px 20px 64px; }
h1 { font-size: 26px; line-height: 1.2; margin: 0 0 4px; letter-spacing: -0.01em; }
h2 { font-size: 19px; margin: 40px 0 12px; }
h3 { font-size: 17px; margin: 0; line-height: 1.35; }
p { margin: 6px 0; }
.soft { color: var(--soft); }
.small { font-size: 13px; }
section, .card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 18px 20px; margin: 14px 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 10px; margin: 18px 0; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 12px 14px; }
.tile b { display: block; font-size: 25px; line-height: 1.2; font-weight: 650; font-variant-numeric: tabular-nums; }
.tile.bad b { color: var(--bad); }
.tile.good b { color: var(--good); }
.tile span { color: var(--soft); font-size: 13px; }
.badge { display: inline-block; border-radius: 6px; padding: 1px 8px; font-size: 13px; font-weight: 600; white-space: nowrap; }
.badge.good { color: var(--good); background: var(--goodbg); }
.badge.bad { color: var(--bad); background: var(--badbg); }
.head { display: flex; gap: 10px; align-items: baseline; justify-content: space-between; flex-wrap: wrap; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: 12.5px; white-space: nowrap; }
th, td { padding: 5px 12px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; }
.n { text-align: right; white-space: nowrap; }
td.fault > * { display: block; min-width: 200px; }
td.mark { width: 22px; font-weight: 700; }
.good-text { color: var(--good); }
.bad-text { color: var(--bad); font-weight: 600; }
a { color: var(--active); }
.picture { margin: 12px 0 4px; }
.picture svg { display: block; width: 100%; height: auto; }
.picture .narrow { display: none; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 13px; color: var(--soft); margin-top: 10px; }
.legend i { display: inline-block; width: 18px; height: 8px; border-radius: 2px; margin-right: 6px; vertical-align: 1px; }
.columns { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 8px 32px; }
details { margin-top: 10px; }
summary { cursor: pointer; color: var(--soft); font-size: 14px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 0; font-size: 14px; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
.facts { display: grid; grid-template-columns: 1fr 1fr; gap: 8px 32px; }
@media (max-width: 700px) {
  main { padding: 20px 12px 48px; }
  section, .card { padding: 14px 14px; }
  .picture .wide { display: none; }
  .picture .narrow { display: block; }
  .columns, .facts { grid-template-columns: minmax(0, 1fr); }
  td, th { padding-right: 10px; }
  td.fault > * { min-width: 150px; }
}
@media print { body { background: #fff; } section { break-inside: avoid; } }
`;
