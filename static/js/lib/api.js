/* The only place that talks to the server. */

import { inUse } from "./activity.js";

export class ApiError extends Error {
  constructor(status, body) {
    super((body && body.message) || `HTTP ${status}`);
    this.status = status;
    this.code = (body && body.code) || "";
    this.detail = (body && body.detail) || {};
  }
}

/** The network is gone, or the server does not answer. */
export class Unreachable extends Error {}

/* A random UUID. crypto.randomUUID is missing where an office serves by plain HTTP. */
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/**
 * @param {() => void} onSignedOut the session has ended
 * @param {(reachable: boolean) => void} onReach told after every request
 */
export function createApi({ onSignedOut, onReach }) {
  let seenVersion = { etag: null, version: null };

  async function request(url, options) {
    let response;
    try {
      const used = inUse() ? { "X-Active": "1" } : {};
      const headers = { ...(options && options.headers), ...used };
      response = await fetch(url, { credentials: "same-origin", ...options, headers });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      onReach(false);
      throw new Unreachable(url);
    }
    onReach(![502, 503, 504].includes(response.status));
    if (response.status === 401) onSignedOut();
    return response;
  }

  async function get(url, { signal } = {}) {
    const response = await request(url, { signal, headers: { Accept: "application/json" } });
    if (response.ok) return response.json();
    throw new ApiError(response.status, await response.json().catch(() => null));
  }

  /* The token that shows that a page of ours asks; every page carries it in its form to sign out. */
  const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value;

  /* Writes that were sent and not answered, with their keys. Whoever presses again sends the same key, and the server,
     should it have heard the first time, does nothing twice. Once a write has been answered, what one asks for is new. */
  const unanswered = new Map();

  async function write(method, url, act, options) {
    const key = unanswered.get(act) || newKey();
    const headers = { Accept: "application/json", "X-CSRFToken": token(), "Idempotency-Key": key, ...options.headers };
    let response;
    try {
      response = await request(url, { ...options, method, headers });
    } catch (error) {
      unanswered.set(act, key);
      throw error;
    }
    const answer = await response.json().catch(() => null);
    if (response.ok) {
      unanswered.clear();
      return answer;
    }
    const error = new ApiError(response.status, answer);
    if (error.status >= 500 || error.code === "still_doing") unanswered.set(act, key);
    else unanswered.delete(act);
    throw error;
  }

  const json = { "Content-Type": "application/json" };

  /** Send a body. Errors of ours carry a sentence and, for programs, `detail`. */
  function send(method, url, body) {
    const text = JSON.stringify(body);
    return write(method, url, `${method} ${url} ${text}`, { headers: json, body: text });
  }

  /** Send a form with a file. */
  function upload(url, form) {
    const parts = [...form].map(([name, part]) => (part instanceof File ? [name, part.name, part.size, part.lastModified] : [name, part]));
    return write("POST", url, `${url} ${JSON.stringify(parts)}`, { body: form });
  }

  /** Ask with a body. No key: a look that is asked for twice is one more look, and logged as that. */
  async function ask(url, body) {
    const headers = { Accept: "application/json", "X-CSRFToken": token(), ...json };
    const response = await request(url, { method: "POST", headers, body: JSON.stringify(body) });
    const answer = await response.json().catch(() => null);
    if (response.ok) return answer;
    throw new ApiError(response.status, answer);
  }

  return {
    get,
    send,
    upload,
    me: () => get("/api/me/"),
    area: (code, page, options) => get(`/api/areas/${code}/${page > 1 ? `?page=${page}` : ""}`, options),
    households: (code, page, { unplaced = false } = {}) =>
      get(`/api/areas/${code}/households/?page=${page}${unplaced ? "&unplaced=1" : ""}`),
    household: (uuid, options) => get(`/api/households/${uuid}/`, options),
    people: (uuid) => get(`/api/households/${uuid}/people/`),
    reveal: (uuid, group, reason) => ask(`/api/households/${uuid}/reveal/`, { group, reason }),
    timeline: (uuid, page) => get(`/api/households/${uuid}/timeline/?page=${page}`),
    search: (q, options) => get(`/api/search/?q=${encodeURIComponent(q)}`, options),

    /** A tile's bytes, or null for an empty one. The browser asks with the ETag it keeps. */
    async tile(url) {
      const response = await request(url.split("#")[0]);
      if (response.status === 204) return null;
      if (!response.ok) throw new ApiError(response.status, null);
      return response.arrayBuffer();
    },

    /** A text that differs whenever anything this user sees may have changed. */
    async version() {
      const headers = seenVersion.etag ? { "If-None-Match": seenVersion.etag } : {};
      const response = await request("/api/version/", { headers, cache: "no-store" });
      if (response.status === 304) return seenVersion.version;
      if (!response.ok) throw new ApiError(response.status, null);
      const { version } = await response.json();
      seenVersion = { etag: response.headers.get("ETag"), version: String(version) };
      return seenVersion.version;
    },
  };
}
