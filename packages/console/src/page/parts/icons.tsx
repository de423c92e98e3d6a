/** Small icons. Each is next to text, so none has its own accessible name. */
import type { ReactNode } from "react";

function icon(paths: ReactNode) {
  return function Icon() {
    return (
      <svg
        width="16"
        height="16"
        viewBox="0 0 16 16"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        aria-hidden="true"
        focusable="false"
      >
        {paths}
      </svg>
    );
  };
}

export const Check = icon(
  <>
    <circle cx="8" cy="8" r="7" />
    <path d="m5 8 2 2 4-4" />
  </>,
);
export const Cross = icon(
  <>
    <circle cx="8" cy="8" r="7" />
    <path d="m5.5 5.5 5 5m0-5-5 5" />
  </>,
);
export const Running = icon(
  <>
    <circle cx="8" cy="8" r="7" strokeDasharray="3 2.5" />
    <path d="M8 4v4l3 2" />
  </>,
);
export const Warning = icon(
  <>
    <path d="M8 1.5 15 14H1Z" />
    <path d="M8 6v4m0 1.5v1" />
  </>,
);
export const Stopped = icon(
  <>
    <circle cx="8" cy="8" r="7" />
    <path d="M5 8h6" />
  </>,
);
export const Twist = icon(<path d="m6 3 5 5-5 5" />);
export const Down = icon(<path d="m3 6 5 5 5-5" />);
export const Up = icon(<path d="m3 11 5-5 5 5" />);
export const Copy = icon(
  <>
    <path d="M5 5h9v9H5Z" />
    <path d="M11 5V2H2v9h3" />
  </>,
);
export const Download = icon(<path d="M8 1v10m-4-4 4 4 4-4M2 15h12" />);
export const Gear = icon(
  <>
    <circle cx="8" cy="8" r="2.5" />
    <path d="M8 1v3m0 8v3M1 8h3m8 0h3M3 3l2 2m6 6 2 2m0-10-2 2m-6 6-2 2" />
  </>,
);
export const Sun = icon(
  <>
    <circle cx="8" cy="8" r="6.5" />
    <path d="M8 1.5a6.5 6.5 0 0 0 0 13Z" fill="currentColor" />
  </>,
);
export const Plus = icon(<path d="M8 2v12M2 8h12" />);
export const Minus = icon(<path d="M2 8h12" />);
export const Close = icon(<path d="m3 3 10 10m0-10L3 13" />);
export const Back = icon(<path d="m10 3-5 5 5 5" />);
export const Tick = icon(<path d="m3 8 4 4 6-8" />);
