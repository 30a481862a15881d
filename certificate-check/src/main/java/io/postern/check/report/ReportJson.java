package io.postern.check.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.postern.check.report.CheckedCertificate.CheckedEndpoint;
import io.postern.check.report.Report.FirewallEntry;
import io.postern.check.report.Report.Verdict;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reports for scripts. Names are only added; a missing value is left out. */
public final class ReportJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ReportJson() {}

  public static String of(Report report) {
    return text(tree(report));
  }

  public static ObjectNode tree(Report report) {
    ObjectNode root = JSON.createObjectNode();
    root.put("ok", report.ok());
    root.put("target", report.target());
    root.put("at", report.at().toString());
    root.put("role", report.role());
    Connection connection = report.connection();
    if (connection != null) {
      connection(root.putObject("connection"), connection);
    }
    texts(root, "names", report.names());
    ArrayNode certificates = root.putArray("certificates");
    report.certificates().forEach(c -> certificate(certificates.addObject(), c));
    root.put("endpointsLeftOut", report.endpointsLeftOut());
    ArrayNode firewall = root.putArray("firewall");
    report.firewall().forEach(entry -> firewall(firewall.addObject(), entry));
    CheckedRoot anchor = report.root();
    if (anchor != null) {
      root(root.putObject("root"), anchor);
    }
    verdict(root, "verdict", report.verdict());
    verdict(root, "verdictIfComplete", report.verdictIfComplete());
    texts(root, "toDo", report.toDo());
    texts(root, "notes", report.notes());
    return root;
  }

  public static ObjectNode tree(RootReport report) {
    ObjectNode root = JSON.createObjectNode();
    root.put("ok", report.ok());
    root.put("query", report.query());
    root.put("anchors", report.anchors());
    ArrayNode found = root.putArray("found");
    report.found().forEach(facts -> facts(found.addObject(), facts));
    root.put("advice", report.advice());
    return root;
  }

  private static void connection(ObjectNode node, Connection connection) {
    node.put("host", connection.host());
    node.put("port", connection.port());
    texts(node, "addresses", connection.addresses());
    node.put("status", connection.status().spelled());
    node.put("reason", connection.reason());
    node.put("reply", connection.reply());
    node.put("protocol", connection.protocol());
    node.put("cipherSuite", connection.cipherSuite());
    node.put("stapled", connection.stapled());
    node.put("millis", connection.millis());
  }

  private static void certificate(ObjectNode node, CheckedCertificate certificate) {
    facts(node.putObject("facts"), certificate.facts());
    node.put("sent", certificate.sent());
    node.put("ok", certificate.ok());
    ObjectNode revocation = node.putObject("revocation");
    revocation.put("status", certificate.revocation().status());
    revocation.put("source", certificate.revocation().source());
    revocation.put("url", certificate.revocation().url());
    revocation.put("detail", certificate.revocation().detail());
    ArrayNode endpoints = node.putArray("endpoints");
    certificate.endpoints().forEach(endpoint -> endpoint(endpoints.addObject(), endpoint));
  }

  private static void facts(ObjectNode node, CertificateFacts facts) {
    node.put("subject", facts.subject());
    node.put("issuer", facts.issuer());
    node.put("serial", facts.serial());
    node.put("notBefore", facts.notBefore().toString());
    node.put("notAfter", facts.notAfter().toString());
    node.put("sha256", facts.sha256());
    node.put("sha1", facts.sha1());
  }

  private static void endpoint(ObjectNode node, CheckedEndpoint endpoint) {
    node.put("kind", endpoint.kind().spelled());
    node.put("url", endpoint.url());
    if (!endpoint.responder().isEmpty()) {
      node.put("responder", endpoint.responder());
    }
    node.put("host", endpoint.host());
    node.put("port", endpoint.port());
    texts(node, "addresses", endpoint.addresses());
    node.put("status", endpoint.status().spelled());
    node.put("reason", endpoint.reason());
    if (endpoint.httpStatus() > 0) {
      node.put("httpStatus", endpoint.httpStatus());
    }
    node.put("millis", endpoint.millis());
    node.put("bytes", endpoint.bytes());
    time(node, "thisUpdate", endpoint.thisUpdate());
    time(node, "nextUpdate", endpoint.nextUpdate());
  }

  private static void firewall(ObjectNode node, FirewallEntry entry) {
    node.put("host", entry.host());
    node.put("port", entry.port());
    texts(node, "what", entry.what());
    node.put("by", entry.by());
    node.put("reached", entry.reached());
  }

  private static void root(ObjectNode node, CheckedRoot root) {
    node.put("trusted", root.trusted());
    node.put("name", root.name());
    CertificateFacts facts = root.facts();
    if (facts != null) {
      facts(node.putObject("facts"), facts);
    }
    node.put("advice", root.advice());
  }

  private static void verdict(ObjectNode root, String name, @Nullable Verdict verdict) {
    if (verdict != null) {
      ObjectNode node = root.putObject(name);
      node.put("result", verdict.result());
      node.put("reason", verdict.reason());
      node.put("detail", verdict.detail());
    }
  }

  private static void time(ObjectNode node, String name, @Nullable Instant time) {
    if (time != null) {
      node.put(name, time.toString());
    }
  }

  private static void texts(ObjectNode node, String name, List<String> texts) {
    ArrayNode array = node.putArray(name);
    texts.forEach(array::add);
  }

  private static String text(ObjectNode root) {
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a report cannot be written as JSON", e);
    }
  }
}
