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

  /** Send a body. Errors of ours carry a sentence and, for programs, `detail`. */
  async function send(method, url, body) {
    const headers = { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": token() };
    const response = await request(url, { method, headers, body: JSON.stringify(body) });
    const answer = await response.json().catch(() => null);
    if (response.ok) return answer;
    throw new ApiError(response.status, answer);
  }

  /** Send a form with a file. */
  async function upload(url, form) {
    const response = await request(url, { method: "POST", headers: { Accept: "application/json", "X-CSRFToken": token() }, body: form });
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
