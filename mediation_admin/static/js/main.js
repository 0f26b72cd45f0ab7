// Every page starts here: each module looks for its own marks in the page and leaves the rest alone.
import { start as dialogs } from "./dialogs.js";
import { start as drawer } from "./drawer.js";
import { start as forms } from "./forms.js";
import { start as combobox } from "./combobox.js";
import { start as keys } from "./keys.js";
import { start as list } from "./list.js";
import { start as palette } from "./palette.js";
import { start as pops } from "./pops.js";
import { start as progress } from "./progress.js";
import { start as reveal } from "./reveal.js";
import { start as shell } from "./shell.js";
import { start as unsaved } from "./unsaved.js";

for (const start of [shell, pops, dialogs, list, drawer, forms, combobox, palette, progress, reveal, keys, unsaved]) {
  start(document);
}
