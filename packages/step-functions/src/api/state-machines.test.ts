import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  ListTagsForResourceCommand,
  StopExecutionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateStateMachineCommand,
  ValidateStateMachineDefinitionCommand,
} from "@aws-sdk/client-sfn";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  definitionOf,
  executionArn,
  machineArn,
  passing,
  roleArn,
  type Served,
  serve,
  waiting,
} from "./served.test-support.ts";

let served: Served;
beforeEach(async () => {
  served = await serve();
});
afterEach(() => served.close());

describe("state machines", () => {
  test("are created once, described, listed, updated, and deleted", async () => {
    const { client } = served;
    const created = await served.create("M", passing);
    expect(created.stateMachineArn).toBe(machineArn("M"));
    expect(await served.create("M", passing)).toMatchObject({ creationDate: created.creationDate });
    await expect(served.create("M", waiting)).rejects.toMatchObject({ name: "StateMachineAlreadyExists" });
    const stateMachineArn = machineArn("M");
    const described = await client.send(new DescribeStateMachineCommand({ stateMachineArn }));
    expect(described).toMatchObject({
      name: "M",
      status: "ACTIVE",
      type: "STANDARD",
      definition: passing,
      roleArn,
    });
    expect(described.loggingConfiguration).toEqual({ level: "OFF", includeExecutionData: false });
    const updated = await client.send(
      new UpdateStateMachineCommand({ stateMachineArn, definition: waiting }),
    );
    expect(updated.revisionId).not.toBe(described.revisionId);
    expect(await client.send(new DescribeStateMachineCommand({ stateMachineArn }))).toMatchObject({
      definition: waiting,
      revisionId: updated.revisionId,
    });
    await client.send(new DeleteStateMachineCommand({ stateMachineArn }));
    await client.send(new DeleteStateMachineCommand({ stateMachineArn }));
    await expect(client.send(new DescribeStateMachineCommand({ stateMachineArn }))).rejects.toMatchObject({
      name: "StateMachineDoesNotExist",
      message: `State Machine Does Not Exist: '${stateMachineArn}'`,
      $metadata: { httpStatusCode: 400 },
    });
  });

  test("are listed page by page, and a token is valid only for its list", async () => {
    for (const name of ["A", "B", "C"]) await served.create(name, passing);
    const { client } = served;
    const first = await client.send(new ListStateMachinesCommand({ maxResults: 2 }));
    expect(first.stateMachines?.map(({ name }) => name)).toEqual(["A", "B"]);
    const second = await client.send(
      new ListStateMachinesCommand({ maxResults: 2, nextToken: first.nextToken }),
    );
    expect(second.stateMachines?.map(({ name }) => name)).toEqual(["C"]);
    expect(second.nextToken).toBeUndefined();
    const misused = new ListExecutionsCommand({
      stateMachineArn: machineArn("A"),
      nextToken: first.nextToken,
    });
    await expect(client.send(misused)).rejects.toMatchObject({ name: "InvalidToken" });
    const forged = Buffer.from('{"position":"x","request":"{\\"list\\":\\"state machines\\"}"}').toString(
      "base64url",
    );
    await expect(client.send(new ListStateMachinesCommand({ nextToken: forged }))).rejects.toMatchObject({
      name: "InvalidToken",
    });
    await expect(client.send(new ListStateMachinesCommand({ nextToken: "x" }))).rejects.toMatchObject({
      name: "InvalidToken",
    });
  });

  test("that the service, or this implementation, does not accept are refused", async () => {
    const { client } = served;
    await expect(served.create("a b", passing)).rejects.toMatchObject({
      name: "InvalidName",
      message: "Invalid Name: 'a b'",
    });
    await expect(
      served.create("M", '{"StartAt":"A","States":{"A":{"Type":"Pass","InputPath":"$","End":true}}}'),
    ).rejects.toMatchObject({
      name: "InvalidDefinition",
      message: expect.stringMatching(
        /^Invalid State Machine Definition: 'UNSUPPORTED_HERE: Field 'InputPath'/,
      ),
    });
    const express = new CreateStateMachineCommand({
      name: "M",
      definition: passing,
      roleArn,
      type: "EXPRESS",
    });
    await expect(client.send(express)).rejects.toMatchObject({ name: "StateMachineTypeNotSupported" });
    const badRole = new CreateStateMachineCommand({ name: "M", definition: passing, roleArn: "me" });
    await expect(client.send(badRole)).rejects.toMatchObject({ name: "InvalidArn" });
    await served.create("M", passing);
    const nothing = new UpdateStateMachineCommand({ stateMachineArn: machineArn("M") });
    await expect(client.send(nothing)).rejects.toMatchObject({ name: "MissingRequiredParameter" });
    const wrongKind = new DescribeStateMachineCommand({ stateMachineArn: executionArn("M", "x") });
    await expect(client.send(wrongKind)).rejects.toMatchObject({
      name: "InvalidArn",
      message: "Invalid Arn: 'Resource type not valid in this context: execution'",
    });
  });

  test("with settings that are not supported here are refused", async () => {
    const { client } = served;
    const create = { name: "M", definition: passing, roleArn };
    const encryptionConfiguration = { type: "CUSTOMER_MANAGED_KMS_KEY", kmsKeyId: "k" } as const;
    for (const more of [{ encryptionConfiguration }, { publish: true }, { versionDescription: "first" }]) {
      const [field = ""] = Object.keys(more);
      const refused = {
        name: "ValidationException",
        message: expect.stringContaining(`leave '${field}' out`),
      };
      const command = new CreateStateMachineCommand({ ...create, ...more });
      await expect(client.send(command)).rejects.toMatchObject(refused);
    }
    await served.create("M", passing);
    const update = new UpdateStateMachineCommand({
      stateMachineArn: machineArn("M"),
      encryptionConfiguration,
    });
    await expect(client.send(update)).rejects.toMatchObject({ name: "ValidationException" });
  });
  test("are deleted only by the ARN of a state machine", async () => {
    for (const stateMachineArn of ["x", executionArn("M", "one")])
      await expect(
        served.client.send(new DeleteStateMachineCommand({ stateMachineArn })),
      ).rejects.toMatchObject({ name: "InvalidArn" });
  });
  test("are validated without being stored", async () => {
    const validate = (definition: string, maxResults?: number) =>
      served.client.send(new ValidateStateMachineDefinitionCommand({ definition, maxResults }));
    expect(await validate(passing)).toMatchObject({ result: "OK", diagnostics: [], truncated: false });
    const broken = definitionOf({
      A: { Type: "Pass", Next: "B" },
      C: { Type: "Pass", Output: "{% 1 + %}", End: true },
    });
    const result = await validate(broken);
    expect(result.result).toBe("FAIL");
    expect(result.diagnostics?.map(({ code, location }) => [code, location])).toEqual([
      ["MISSING_TRANSITION_TARGET", "/States/A/Next"],
      ["UNREACHABLE_STATE", "/States/C"],
      ["MISSING_TERMINAL_STATE", "/"],
      ["INVALID_JSONATA_EXPRESSION", "/States/C/Output"],
    ]);
    expect(await validate(broken, 1)).toMatchObject({ diagnostics: [{}], truncated: true });
    expect((await served.client.send(new ListStateMachinesCommand({}))).stateMachines).toEqual([]);
  });

  test("can be created again with a different role or different tags, but not with a different configuration", async () => {
    const { client } = served;
    const request = { name: "M", definition: passing, roleArn };
    const { creationDate } = await client.send(new CreateStateMachineCommand(request));
    const other = { ...request, roleArn: `${roleArn}2`, tags: [{ key: "a", value: "b" }] };
    const off = { ...other, tracingConfiguration: { enabled: false } };
    for (const same of [other, off])
      expect(await client.send(new CreateStateMachineCommand(same))).toMatchObject({ creationDate });
    const stateMachineArn = machineArn("M");
    expect(await client.send(new DescribeStateMachineCommand({ stateMachineArn }))).toMatchObject({
      roleArn,
    });
    for (const configuration of [
      { tracingConfiguration: { enabled: true } },
      { loggingConfiguration: { includeExecutionData: true } },
    ]) {
      const command = new CreateStateMachineCommand({ ...request, ...configuration });
      await expect(client.send(command)).rejects.toMatchObject({ name: "StateMachineAlreadyExists" });
    }
  });

  test.each([
    ["ValidationException", { loggingConfiguration: { level: "LOUD" } }],
    ["ValidationException", { loggingConfiguration: { destinations: [{}] } }],
    ["InvalidLoggingConfiguration", { loggingConfiguration: { level: "ERROR" } }],
    ["ValidationException", { tracingConfiguration: { enabled: "yes" } }],
  ])("are refused with %s for the configuration %j", async (type, configuration) => {
    await served.create("M", passing);
    const definition = passing;
    for (const [operation, input] of [
      ["CreateStateMachine", { name: "N", definition, roleArn }],
      ["UpdateStateMachine", { stateMachineArn: machineArn("M"), definition }],
    ] as const) {
      const response = await fetch(served.endpoint, {
        method: "POST",
        headers: { "x-amz-target": `AWSStepFunctions.${operation}` },
        body: JSON.stringify({ ...input, ...configuration }),
      });
      expect(await response.json()).toMatchObject({ __type: type });
    }
  });

  test("are not reached by the ARN of a Distributed Map, and not deleted by the ARN of a version", async () => {
    await served.create("M", passing);
    for (const stateMachineArn of [`${machineArn("M")}/Map`, `${machineArn("M")}:1`]) {
      const command = new DeleteStateMachineCommand({ stateMachineArn });
      await expect(served.client.send(command)).rejects.toMatchObject({ name: "ValidationException" });
    }
    await expect(served.start("M/Map", "one")).rejects.toMatchObject({ name: "ValidationException" });
  });

  test("are described without their definition if METADATA_ONLY is requested", async () => {
    await served.create("M", passing);
    await served.start("M", "one");
    const includedData = "METADATA_ONLY";
    const ofMachine = new DescribeStateMachineCommand({ stateMachineArn: machineArn("M"), includedData });
    const ofExecution = new DescribeStateMachineForExecutionCommand({
      executionArn: executionArn("M", "one"),
      includedData,
    });
    expect(await served.client.send(ofMachine)).toMatchObject({ name: "M", definition: "{}" });
    expect(await served.client.send(ofExecution)).toMatchObject({ name: "M", definition: "{}" });
  });

  test("keep tags with any key", async () => {
    const { client } = served;
    const resourceArn = machineArn("M");
    const tags = ["__proto__", "constructor", "toString"].map((key) => ({ key, value: "v" }));
    await client.send(new CreateStateMachineCommand({ name: "M", definition: passing, roleArn, tags }));
    await served.reopen();
    await client.send(new TagResourceCommand({ resourceArn, tags: [{ key: "z", value: "v" }] }));
    await served.reopen();
    const all = [...tags, { key: "z", value: "v" }];
    expect((await client.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual(all);
    await client.send(new UntagResourceCommand({ resourceArn, tagKeys: ["__proto__"] }));
    expect((await client.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual(all.slice(1));
    const noArn = new ListTagsForResourceCommand({ resourceArn: "M" });
    await expect(client.send(noArn)).rejects.toMatchObject({ name: "InvalidArn" });
  });

  test("have tags", async () => {
    const { client } = served;
    const resourceArn = machineArn("M");
    const tags = [
      { key: "Project", value: "RearcDataQuest" },
      { key: "Environment", value: "dev" },
    ];
    await client.send(
      new CreateStateMachineCommand({ name: "M", definition: passing, roleArn, tags: tags.slice(0, 1) }),
    );
    await client.send(new TagResourceCommand({ resourceArn, tags: tags.slice(1) }));
    expect((await client.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual(tags);
    await client.send(new UntagResourceCommand({ resourceArn, tagKeys: ["Project"] }));
    await served.reopen();
    expect((await client.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual(tags.slice(1));
    const many = Array.from({ length: 50 }, (_, index) => ({ key: `k${index}`, value: "v" }));
    await expect(client.send(new TagResourceCommand({ resourceArn, tags: many }))).rejects.toMatchObject({
      name: "TooManyTags",
    });
    const missing = new ListTagsForResourceCommand({ resourceArn: machineArn("N") });
    await expect(client.send(missing)).rejects.toMatchObject({ name: "ResourceNotFound" });
  });

  test("that are deleted start no more executions, and disappear when the last running execution ends", async () => {
    const { client } = served;
    const stateMachineArn = machineArn("W");
    await served.create("W", waiting);
    await served.start("W", "one");
    await client.send(new DeleteStateMachineCommand({ stateMachineArn }));
    expect(await client.send(new DescribeStateMachineCommand({ stateMachineArn }))).toMatchObject({
      status: "DELETING",
    });
    await expect(served.start("W", "two")).rejects.toMatchObject({ name: "StateMachineDeleting" });
    await client.send(new StopExecutionCommand({ executionArn: executionArn("W", "one") }));
    await expect(client.send(new DescribeStateMachineCommand({ stateMachineArn }))).rejects.toMatchObject({
      name: "StateMachineDoesNotExist",
    });
  });
});
