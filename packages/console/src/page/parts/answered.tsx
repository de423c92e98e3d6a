import type { ReactNode } from "react";
import type { Loaded } from "../lib/api.ts";
import { Alert } from "./basics.tsx";

/** Shows a server response, or that it is loading, or why it failed. */
export function Answered<T>({
  answer: { value, error },
  waiting = "Loading",
  children,
}: {
  answer: Loaded<T>;
  waiting?: string;
  children: (value: T) => ReactNode;
}) {
  if (error !== undefined) return <Alert kind="error">{error}</Alert>;
  if (value === undefined) return <p className="empty">{waiting}</p>;
  return children(value);
}

/** Like `Answered`, but for a list. Shows `empty` if the list is empty. */
export function AnsweredList<T>({
  answer,
  empty,
  children,
}: {
  answer: Loaded<readonly T[]>;
  empty: string;
  children: (rows: readonly T[]) => ReactNode;
}) {
  return (
    <Answered answer={answer}>
      {(rows) => (rows.length === 0 ? <p className="empty">{empty}</p> : children(rows))}
    </Answered>
  );
}
