#!/usr/bin/env python3
"""A directory of many connectors, and how quickly a change of one is in force in every service, beside a running ./run:

    directory.py STATE-FOLDER CONNECTORS CHANGES

Applies ten organizations, or more where each would have more than 2,000, with so many connectors in all (0: none), prints the services' memory, then changes one connector again and
again by its own path and waits each time until every replica says that it has read the version. Changes nothing of other organizations.
"""
import base64, json, sys, time, urllib.error, urllib.parse, urllib.request

ORGANIZATIONS = 10  # at least
MOST = 2000  # connectors of an organization, half of them in each direction
PATIENCE = 60  # seconds for one change


def context(state):
    lines = open(state + "/running.properties").read().splitlines()
    return dict(line.replace("\\:", ":").split("=", 1) for line in lines if "=" in line)


def request(base, credentials, method, path, body=None, headers={}, kind="application/json"):
    made = urllib.request.Request(base + path, data=body, method=method, headers={
        "Authorization": "Basic " + base64.b64encode(credentials).decode(), "Content-Type": kind, **headers})
    try:
        return urllib.request.urlopen(made, timeout=600)
    except urllib.error.HTTPError as error:
        sys.exit("%s %s: %d %s" % (method, path, error.code, error.read(2000).decode()))


def organization(number, connectors):
    """A directory file in flow style: half of the connectors are for mail in, half for mail out."""
    name = "many%d" % number
    pairs = range(connectors // 2)
    return "\n".join(
        ["organizations:", "  - id: " + name, "    displayName: " + name, "    acceptedDomains:",
         "      - {domain: %s.example, mailboxRoute: {host: mailbox.%s.example, port: 25, protocol: smtp, tlsSettings: encryptionOnly}}" % (name, name),
         "    inboundConnectors:"]
        + ["      - {name: From %d, connectorType: partner, senderDomains: [p%d-%d.example], tlsSenderCertificateName: mail.p%d-%d.example,"
           " restrictDomainsToCertificate: true}" % (i, number, i, number, i) for i in pairs]
        + ["    outboundConnectors:"]
        + ["      - {name: To %d, connectorType: partner, recipientDomains: [p%d-%d.example], tlsSettings: domainValidation,"
           " tlsDomain: mail.p%d-%d.example}" % (i, number, i, number, i) for i in pairs]).encode()


def versions(addresses):
    found = {}
    for name, address in addresses.items():
        for line in urllib.request.urlopen(address + "/q/metrics", timeout=30).read().decode().splitlines():
            if line.startswith("postern_directory_version"):
                found[name] = int(float(line.split()[-1]))
    return found


def heap(address):
    used = 0.0
    for line in urllib.request.urlopen(address + "/q/metrics", timeout=30).read().decode().splitlines():
        if line.startswith("jvm_memory_used_bytes") and 'area="heap"' in line:
            used += float(line.split()[-1])
    return used / 1e6


def main(state, connectors, changes):
    running = context(state)
    base = running["postern.policy.url"]
    credentials = open(running["postern.policy.credentials-file"], "rb").read().strip()
    addresses = {key[len("postern.health."):]: value for key, value in running.items() if key.startswith("postern.health.")}
    if connectors:
        organizations = max(ORGANIZATIONS, -(-connectors // MOST))
        for number in range(organizations):
            begin = time.monotonic()
            answer = json.load(request(base, credentials, "POST", "/api/v1/directory/apply",
                                       organization(number, connectors // organizations), kind="application/yaml"))
            print("organization %d: version %s after %.1f s" % (number, answer.get("version"), time.monotonic() - begin), flush=True)
            waiting = time.monotonic()
            while min(versions(addresses).values()) < answer["version"]:
                time.sleep(0.05)
            print("  in every service %.1f s later" % (time.monotonic() - waiting), flush=True)
    for name, address in addresses.items():
        print("%-24s heap in use %.0f MB" % (name, heap(address)))
    path = "/api/v1/organizations/many0/outbound-connectors/" + urllib.parse.quote("To 7")
    times, answers = [], []
    for i in range(changes):
        current = request(base, credentials, "GET", path)
        tag = current.headers["ETag"]
        body = {**json.load(current), "comment": "change %d" % i}
        begin = time.monotonic()
        version = json.load(request(base, credentials, "PUT", path, json.dumps(body).encode(), {"If-Match": tag}))["version"]
        answers.append(time.monotonic() - begin)
        while min(versions(addresses).values()) < version:
            if time.monotonic() - begin > PATIENCE:
                sys.exit("change %d is not in force after %d s: %s, version %d" % (i, PATIENCE, versions(addresses), version))
        times.append(time.monotonic() - begin)
    for what, of in (("answered", answers), ("in force in every service", times)):
        of.sort()
        print("%d changes, %s: p50 %.0f ms, p99 %.0f ms, longest %.0f ms"
              % (changes, what, 1e3 * of[len(of) // 2], 1e3 * of[len(of) * 99 // 100 - 1], 1e3 * of[-1]))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
