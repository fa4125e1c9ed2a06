/** The name of the page. On a small phone only its sign is seen. */
export function Brand() {
  return (
    <h1 className="brand">
      <img src="/icon.svg" alt="" />
      <span className="brand-word">Switchboard</span>
    </h1>
  );
}
