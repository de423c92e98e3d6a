import { describe, expect, test } from "vitest";

type ReadableFile = { file: string; bytes: number; open(): Promise<AsyncIterable<Uint8Array>> };

import { readTogether } from "./read-together.ts";

const TEXTS = ["a", "b", "c", "d"];

/** A file that counts how many times it is opened, and fails after some chunks. */
function countedFile({
  breaksAfter = TEXTS.length,
} = {}): ReadableFile & { opened: () => number; given: () => number } {
  let opened = 0;
  let given = 0;
  async function* chunks() {
    for (const text of TEXTS.slice(0, breaksAfter)) {
      given++;
      yield Buffer.from(text);
    }
    if (breaksAfter < TEXTS.length) throw new Error("broke off");
  }
  const open = async () => {
    opened++;
    return chunks();
  };
  return { file: "xx", bytes: 4, open, opened: () => opened, given: () => given };
}

async function readAll({ open }: ReadableFile): Promise<string> {
  return Buffer.concat(await Array.fromAsync(await open())).toString();
}

describe("a file with two readers", () => {
  test("is opened once, and both readers get all of it", async () => {
    const file = countedFile();
    expect(await readTogether(file, readAll, readAll)).toEqual({ lead: "abcd", follow: "abcd" });
    expect(file.opened()).toBe(1);
  });

  test("is never read far ahead of the slower reader", async () => {
    const file = countedFile();
    const ahead: number[] = [];
    await readTogether(file, readAll, async ({ open }) => {
      let taken = 0;
      for await (const _ of await open()) {
        taken++;
        await new Promise((resolve) => setTimeout(resolve, 5));
        ahead.push(file.given() - taken);
      }
    });
    expect(Math.max(...ahead)).toBeLessThanOrEqual(2);
  });

  test("is read to the end whatever the follower does", async () => {
    const followers: ((file: ReadableFile) => Promise<string>)[] = [
      async () => "nothing",
      async () => Promise.reject(new Error("not mine")),
      async ({ open }: ReadableFile) => {
        for await (const chunk of await open()) throw new Error(chunk.toString());
        return "";
      },
    ];
    for (const follow of followers) {
      const file = countedFile();
      const { lead, follow: result } = await readTogether(file, readAll, follow);
      expect(lead).toBe("abcd");
      expect(result).toBe((await follow(countedFile()).catch(() => undefined)) ?? undefined);
      expect(file.opened()).toBe(1);
    }
  });

  test("fails for both readers", async () => {
    let ofFollower: unknown;
    const follow = (file: ReadableFile) =>
      readAll(file).catch((error: unknown) => {
        ofFollower = error;
        throw error;
      });
    await expect(readTogether(countedFile({ breaksAfter: 2 }), readAll, follow)).rejects.toThrow("broke off");
    expect(String(ofFollower)).toBe("Error: broke off");
  });

  test("ends for the follower when the leader fails", async () => {
    const file = countedFile();
    const lead = async ({ open }: ReadableFile) => {
      for await (const chunk of await open()) if (chunk.toString() === "b") throw new Error("malformed");
    };
    let ofFollower: unknown;
    const follow = (each: ReadableFile) =>
      readAll(each).catch((error: unknown) => {
        ofFollower = error;
      });
    await expect(readTogether(file, lead, follow)).rejects.toThrow("malformed");
    expect(String(ofFollower)).toContain("xx was not read to the end");
  });

  test("is fetched again for every further read", async () => {
    const file = countedFile();
    const twice = async (each: ReadableFile) => (await readAll(each)) + (await readAll(each));
    expect(await readTogether(file, readAll, twice)).toEqual({ lead: "abcd", follow: "abcdabcd" });
    expect(file.opened()).toBe(2);
  });
});
