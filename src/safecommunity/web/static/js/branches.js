// Parts of a form that are asked only after certain answers: form[data-branches] names a JSON script
// {field: {answer: part}}; [data-branch] shows while an answer names it. Without script all are shown.
const form = document.querySelector("form[data-branches]");
const opens = JSON.parse(document.getElementById(form.dataset.branches).textContent);

const show = () => {
  const wanted = new Set(Object.entries(opens).map(([field, parts]) => parts[form.elements[field].value]));
  for (const part of form.querySelectorAll("[data-branch]")) part.hidden = !wanted.has(part.dataset.branch);
};

form.addEventListener("change", show);
show();
