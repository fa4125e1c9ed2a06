const FIGURES = ['Bookings today', 'Revenue today', 'Staff present', 'Open alerts'];

/** What the page will look like, while its business is not known yet. index.html shows the same before there is any script. */
export function PageSkeleton() {
  return (
    <div className="page" role="status" aria-label="Loading the dashboard">
      <div className="page-head">
        <p className="skeleton-title" />
      </div>
      <div className="figures">
        {FIGURES.map((label) => (
          <div key={label} className="panel figure" data-state="loading">
            <p className="figure-label">{label}</p>
            <p className="figure-value">–</p>
            <p className="figure-notes">Loading</p>
          </div>
        ))}
      </div>
    </div>
  );
}
