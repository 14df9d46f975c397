// Verifying a certificate. The signed text of a QR code stands behind "#", which no server is sent by
// itself: here it goes into the form, or is verified in this very browser.
"use strict";

const TOKEN = /LJ1\.([\w-]+)\.([\w-]{86})/;

function bytes(base64url) {
    const text = atob(base64url.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function online(form) {
    const match = location.hash.match(TOKEN);
    if (!match) return;
    try {
        const facts = JSON.parse(new TextDecoder().decode(bytes(match[1])));
        form.elements.number.value = facts[0];
        form.elements.name.value = facts[1];
        form.elements.token.value = match[0];
    } catch {
        return;
    }
    // Going back must not ask again.
    history.replaceState(null, "", location.pathname);
    form.requestSubmit();
}

async function genuine(keys, signed, signature) {
    for (const key of keys) {
        const one = await crypto.subtle.importKey("raw", bytes(key), { name: "Ed25519" }, false, ["verify"]);
        if (await crypto.subtle.verify("Ed25519", one, signature, signed)) return true;
    }
    return false;
}

async function offline(form) {
    const outcome = document.getElementById("outcome");
    const list = outcome.querySelector("dl");
    list.replaceChildren();
    let said = form.dataset.bad;
    const match = form.elements.text.value.match(TOKEN);
    if (match) {
        try {
            const signed = new TextEncoder().encode("LJ1." + match[1]);
            if (await genuine(form.dataset.keys.split(" "), signed, bytes(match[2]))) {
                said = form.dataset.good;
                const facts = JSON.parse(new TextDecoder().decode(bytes(match[1])));
                form.dataset.labels.split("|").forEach((label, place) => {
                    const term = document.createElement("dt"), fact = document.createElement("dd");
                    term.textContent = label;
                    fact.textContent = facts[place] || "—";
                    list.append(term, fact);
                });
            }
        } catch {
            said = form.dataset.old;
        }
    }
    outcome.querySelector("p").textContent = said;
    outcome.hidden = false;
}

const asked = document.getElementById("verify"), alone = document.getElementById("offline");
if (asked) online(asked);
if (alone) {
    if (TOKEN.test(location.hash)) alone.elements.text.value = location.hash.slice(1);
    alone.addEventListener("submit", (event) => {
        event.preventDefault();
        offline(alone);
    });
}
