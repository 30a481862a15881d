package io.postern.e2e.console;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.e2e.Project;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The console's pages, as the tests visit them. */
final class Pages {
  /** Groups of the texts' keys, in which a text that is missing would be shown as its key. */
  static Set<String> groups() throws IOException {
    Set<String> groups = new TreeSet<>();
    try (Stream<Path> files =
        Files.list(Project.root().resolve("console-service/src/main/resources/web/texts"))) {
      for (Path file : files.toList()) {
        try (Reader reader = Files.newBufferedReader(file)) {
          Properties texts = new Properties();
          texts.load(reader);
          texts.stringPropertyNames().forEach(key -> groups.add(key.replaceFirst("[.].*", "")));
        }
      }
    }
    return groups;
  }

  static final List<String> FIXED =
      List.of(
          "/",
          "/messages",
          "/refused",
          "/queue",
          "/partners",
          "/partners/secure",
          "/partners/import",
          "/partners/export",
          "/partners/watch",
          "/partners/watched?organization=contoso&connector=From%20Fabrikam&since=25m",
          "/connectors",
          "/connectors/new",
          "/connectors/new?direction=routing",
          "/what-ifs",
          "/certificates",
          "/certificates/check",
          "/certificates/rehearsal",
          "/certificates/roots",
          "/certificates/dns",
          "/certificates/mta-sts",
          "/certificates/revocation",
          "/reports",
          "/reports/tls-reports",
          "/changes",
          "/access",
          "/access/new",
          "/settings",
          "/settings/rebuild");

  /** Forms for something that is given by hand. */
  static final List<String> WITHOUT_DATA =
      List.of("/certificates/check", "/certificates/rehearsal", "/access/new");

  private Pages() {}

  /** Those of what there is. */
  static List<String> of(Example example) throws Exception {
    List<String> pages = new ArrayList<>();
    JsonNode found = example.get("/api/v1/messages?kind=all").path("found");
    boolean message = false;
    boolean refusal = false;
    for (JsonNode entry : found) {
      if (!message && entry.path("kind").asText().equals("message")) {
        pages.add("/messages/" + entry.path("message").path("queueId").asText());
        message = true;
      }
      if (!refusal && entry.path("kind").asText().equals("refusal")) {
        pages.add("/refusals/" + entry.path("refusal").path("reference").asText());
        refusal = true;
      }
    }
    for (JsonNode report : example.get("/api/v1/reports")) {
      pages.add("/reports/" + report.asText());
    }
    pages.add("/connectors/contoso/outbound/To%20Fabrikam");
    pages.add("/connectors/contoso/inbound/From%20Fabrikam");
    pages.add("/connectors/contoso/inbound/From%20Fabrikam/edit");
    pages.add("/what-ifs/draft?organization=contoso&direction=inbound&name=From%20Fabrikam");
    return pages;
  }

  /** For a picture's file. */
  static String name(String page) {
    if (page.equals("/")) {
      return "overview";
    }
    if (page.matches("/(messages|refusals)/.*")) {
      return page.startsWith("/m") ? "message" : "refusal";
    }
    return page.substring(1).replaceAll("[?].*", "").replaceAll("%20|[^a-zA-Z0-9-]", "-");
  }
}
