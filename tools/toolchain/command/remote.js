// Commands on other machines, over ssh2: no ssh process, so nothing of the connection is ever an argument or a file.
"use strict";
const { setTimeout: sleep } = require("timers/promises");
const { Client } = require("ssh2");

const connections = new Set();

/** The options that pin the connection to the one host key; without a host key there is no connection. */
function pinned(hostKey, host) {
  const [type, blob] = (hostKey || "").trim().split(/\s+/);
  if (!blob) throw fatal(`connection to ${host}: hostKey is missing, and this stand-in accepts no unknown host`);
  const expected = Buffer.from(blob, "base64");
  return {
    algorithms: { serverHostKey: type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [type] },
    hostVerifier: (key) => expected.equals(key),
  };
}

const fatal = (message) => Object.assign(new Error(message), { fatal: true });

function dialOnce(conn, sock) {
  const options = {
    host: conn.host,
    port: conn.port || 22,
    username: conn.user || "root",
    password: conn.password,
    privateKey: conn.privateKey,
    passphrase: conn.privateKeyPassword,
    agent: conn.privateKey ? undefined : conn.agentSocketPath || process.env.SSH_AUTH_SOCK,
    readyTimeout: (conn.perDialTimeout ?? 15) * 1000,
    sock,
    ...pinned(conn.hostKey, conn.host),
  };
  const client = new Client();
  return new Promise((resolve, reject) => {
    client
      .on("ready", () => resolve(client))
      .on("error", (e) => reject(/verification failed/.test(e.message) ? fatal(`${conn.host}: ${e.message}`) : e))
      .connect(options);
  });
}

/** Retries, as a machine that boots refuses for a while; a wrong host key is final. */
async function dial(conn, dialProxied = async () => undefined) {
  const limit = conn.dialErrorLimit ?? 10;
  for (let errors = 1, delay = 1000; ; errors++, delay = Math.min(delay * 1.5, 15000)) {
    try {
      return await dialOnce(conn, await dialProxied());
    } catch (e) {
      if (e.fatal || (limit >= 0 && errors >= limit)) throw e;
      await sleep(delay);
    }
  }
}

function forward(proxy, conn) {
  return new Promise((resolve, reject) =>
    proxy.forwardOut("127.0.0.1", 0, conn.host, conn.port || 22, (e, sock) => (e ? reject(e) : resolve(sock))),
  );
}

/** Resolves to the exit code, or the signal's name. The server's AcceptEnv decides which variables arrive. */
async function runRemote(inputs, command, env, out) {
  const conn = inputs.connection;
  const open = [];
  const keep = (client) => {
    open.push(client);
    connections.add(client);
    return client;
  };
  try {
    const proxy = conn.proxy && keep(await dial(conn.proxy));
    const client = keep(await dial(conn, proxy && (() => forward(proxy, conn))));
    return await new Promise((resolve, reject) => {
      client.on("error", reject).on("close", () => reject(new Error(`${conn.host}: the connection was closed`)));
      client.exec(command, { env }, (e, channel) => {
        if (e) return reject(e);
        out.listen("stdout", channel);
        out.listen("stderr", channel.stderr);
        channel.on("close", (code, signal) => resolve(signal || code));
        channel.end(inputs.stdin ?? "");
      });
    });
  } finally {
    for (const client of open.reverse()) {
      connections.delete(client);
      client.end();
    }
  }
}

const closeConnections = () => connections.forEach((client) => client.end());

module.exports = { runRemote, closeConnections };
