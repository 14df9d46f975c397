// Stands in for the inline handler of the core's table page, which the security policy forbids.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-open-column-chooser]")) {
    window.openColumnChooser();
  }
});
