import type { ReactNode } from 'react';

function Icon({ children }: { children: ReactNode }) {
  return (
    <svg className="icon" viewBox="0 0 20 20" aria-hidden="true">
      {children}
    </svg>
  );
}

export function EditIcon() {
  return (
    <Icon>
      <path d="M4 13.5V16h2.5L15 7.5 12.5 5 4 13.5Z M11 6.5 13.5 9" />
    </Icon>
  );
}

export function CancelIcon() {
  return (
    <Icon>
      <circle cx="10" cy="10" r="6.5" />
      <path d="m7.8 7.8 4.4 4.4m0-4.4-4.4 4.4" />
    </Icon>
  );
}

export function CloseIcon() {
  return (
    <Icon>
      <path d="m5.5 5.5 9 9m0-9-9 9" />
    </Icon>
  );
}

export function PeopleIcon() {
  return (
    <Icon>
      <circle cx="7.5" cy="7" r="3" />
      <path d="M2 16.5c.3-3.3 2.4-5 5.5-5s5.2 1.7 5.5 5M13 4.2a3 3 0 0 1 0 5.6M15 11.9c1.8.7 2.8 2.3 3 4.6" />
    </Icon>
  );
}

export function PlusIcon() {
  return (
    <Icon>
      <path d="M10 4.5v11M4.5 10h11" />
    </Icon>
  );
}

export function LabIcon() {
  return (
    <Icon>
      <path d="M8 3.5h4M8.8 3.5v4.2L4.6 14.6a1.3 1.3 0 0 0 1.1 1.9h8.6a1.3 1.3 0 0 0 1.1-1.9l-4.2-6.9V3.5M6.6 12h6.8" />
    </Icon>
  );
}
