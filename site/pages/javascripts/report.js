/* Filters the tables, and says how long a date is away. Everything is readable without it. */
(function () {
  "use strict";
  var HOUR = 36e5;

  function span(milliseconds) {
    var hours = Math.round(Math.abs(milliseconds) / HOUR);
    if (hours < 1) return "less than an hour";
    if (hours < 48) return hours + (hours === 1 ? " hour" : " hours");
    return Math.round(hours / 24) + " days";
  }

  document.querySelectorAll("time[data-due]").forEach(function (element) {
    var left = Date.parse(element.dateTime) - Date.now();
    var note = document.createElement("span");
    note.className = "hw-left" + (left < 0 ? " hw-overdue" : left < 48 * HOUR ? " hw-soon" : "");
    note.textContent = left < 0 ? span(left) + " overdue" : span(left) + " left";
    element.after(note);
  });

  document.querySelectorAll("[data-as-of]").forEach(function (element) {
    var age = Date.now() - Date.parse(element.dataset.asOf);
    if (age < 36 * HOUR) return;
    var note = document.createElement("strong");
    note.className = "hw-stale";
    note.textContent = " Nothing was collected for " + span(age) + ".";
    element.append(note);
  });

  document.querySelectorAll("form[data-filter]").forEach(function (form) {
    var rows = Array.from(document.querySelectorAll("#" + form.dataset.filter + " tbody tr"));
    var texts = rows.map(function (row) { return row.textContent.toLowerCase(); });
    var input = form.querySelector("input");
    var count = form.querySelector("output");
    function show() {
      var words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      var shown = 0;
      rows.forEach(function (row, index) {
        var fits = words.every(function (word) { return texts[index].includes(word); });
        row.hidden = !fits;
        shown += fits ? 1 : 0;
      });
      count.textContent = words.length ? shown + " of " + rows.length : rows.length + " in all";
    }
    form.hidden = false;
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    input.addEventListener("input", show);
    show();
  });
})();
