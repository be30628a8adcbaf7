// The person's own area, brought along while there is a network: open rounds with their places, checklists, premises.
import { keep, kept } from "./seal.js";
import { ask } from "./server.js";

const PAGE = 200;
const MOST_PREMISES = 2000;
const MOST_ROUNDS = 30;

const premisesOf = async (unit) => {
  const found = [];
  for (let offset = 0; offset < MOST_PREMISES; offset += PAGE) {
    const { ok, value } = await ask("GET", `/api/units/${unit}/ledgers/premises/entries?limit=${PAGE}&offset=${offset}`);
    if (!ok) break;
    found.push(...value.entries.map((one) => ({ id: one.id, title: one.title, unit: one.unit })));
    if (found.length >= value.count) break;
  }
  return found;
};

const roundsOf = async (unit) => {
  const rounds = [];
  for (const state of ["running", "planned"]) {
    const { ok, value } = await ask("GET", `/api/units/${unit}/inspections?state=${state}&limit=${MOST_ROUNDS}`);
    for (const one of ok ? value : []) {
      const whole = await ask("GET", `/api/units/${one.unit}/inspections/${one.client_uuid}`);
      if (whole.ok) rounds.push(whole.value);
    }
  }
  return rounds.sort((one, other) => one.due_date.localeCompare(other.due_date));
};

export const refresh = async (me) => {
  const area = { checklists: (await ask("GET", "/api/checklists")).value, rounds: [], premises: [], at: Date.now() };
  for (const unit of me.roots) {
    area.rounds.push(...(await roundsOf(unit)));
    area.premises.push(...(await premisesOf(unit)));
  }
  await keep("area", area);
  return area;
};

export const area = async () => (await kept("area")) || { checklists: [], rounds: [], premises: [], at: 0 };
