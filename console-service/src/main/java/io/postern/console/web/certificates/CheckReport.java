package io.postern.console.web.certificates;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.console.web.peers.PeerJson;
import java.util.ArrayList;
import java.util.List;

/**
 * The answer of a check of a certificate, as a page shows it. Immutable; any thread.
 *
 * @param target what was checked
 * @param connection empty: nothing was connected to
 * @param verdict result and reason
 * @param toDo what makes it OK, in order
 */
public record CheckReport(
    boolean ok,
    String target,
    String at,
    String connection,
    String names,
    List<Certificate> certificates,
    String root,
    boolean rootTrusted,
    String rootAdvice,
    String verdict,
    String verdictDetail,
    String verdictIfComplete,
    List<String> toDo,
    List<String> notes,
    List<Way> firewall) {
  /** A certificate of the chain. */
  public record Certificate(
      String subject,
      String issuer,
      boolean sent,
      boolean ok,
      String revocation,
      String from,
      String ends,
      String sha256,
      List<Endpoint> endpoints) {}

  /** What a certificate names, as it was asked. */
  public record Endpoint(String kind, String url, String status, boolean ok, String millis) {}

  /** A connection that a firewall must allow. */
  public record Way(String host, String port, String what, boolean reached) {}

  static CheckReport of(JsonNode report) {
    List<Certificate> certificates = new ArrayList<>();
    report.path("certificates").forEach(each -> certificates.add(certificate(each)));
    List<Way> firewall = new ArrayList<>();
    for (JsonNode way : report.path("firewall")) {
      firewall.add(
          new Way(
              PeerJson.text(way, "host"),
              PeerJson.text(way, "port"),
              String.join(", ", PeerJson.texts(way, "what")),
              way.path("reached").asBoolean()));
    }
    JsonNode connection = report.path("connection");
    JsonNode root = report.path("root");
    JsonNode verdict = report.path("verdict");
    return new CheckReport(
        report.path("ok").asBoolean(),
        PeerJson.text(report, "target"),
        PeerJson.text(report, "at"),
        connection.isObject()
            ? joined(
                String.join(" ", PeerJson.texts(connection, "addresses")),
                PeerJson.text(connection, "status"),
                PeerJson.text(connection, "reason"),
                PeerJson.text(connection, "reply"),
                PeerJson.text(connection, "protocol"),
                PeerJson.text(connection, "cipherSuite"))
            : "",
        String.join(", ", PeerJson.texts(report, "names")),
        certificates,
        PeerJson.text(root, "name"),
        root.path("trusted").asBoolean(),
        PeerJson.text(root, "advice"),
        joined(PeerJson.text(verdict, "result"), PeerJson.text(verdict, "reason")),
        PeerJson.text(verdict, "detail"),
        joined(
            PeerJson.text(report.path("verdictIfComplete"), "result"),
            PeerJson.text(report.path("verdictIfComplete"), "reason"),
            PeerJson.text(report.path("verdictIfComplete"), "detail")),
        PeerJson.texts(report, "toDo"),
        PeerJson.texts(report, "notes"),
        firewall);
  }

  private static Certificate certificate(JsonNode each) {
    JsonNode facts = each.path("facts");
    JsonNode revocation = each.path("revocation");
    List<Endpoint> endpoints = new ArrayList<>();
    for (JsonNode endpoint : each.path("endpoints")) {
      String status = PeerJson.text(endpoint, "status");
      endpoints.add(
          new Endpoint(
              PeerJson.text(endpoint, "kind"),
              PeerJson.text(endpoint, "url"),
              joined(status, PeerJson.text(endpoint, "reason")),
              status.equals("ok"),
              PeerJson.text(endpoint, "millis")));
    }
    return new Certificate(
        PeerJson.text(facts, "subject"),
        PeerJson.text(facts, "issuer"),
        each.path("sent").asBoolean(),
        each.path("ok").asBoolean(),
        joined(
            PeerJson.text(revocation, "status"),
            PeerJson.text(revocation, "source"),
            PeerJson.text(revocation, "detail")),
        PeerJson.text(facts, "notBefore"),
        PeerJson.text(facts, "notAfter"),
        PeerJson.text(facts, "sha256"),
        endpoints);
  }

  private static String joined(String... parts) {
    return String.join(
        ", ", java.util.Arrays.stream(parts).filter(part -> !part.isEmpty()).toList());
  }
}
