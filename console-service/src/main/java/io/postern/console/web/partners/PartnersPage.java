package io.postern.console.web.partners;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
import io.postern.console.web.frame.Values;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** Partners by their domains, with the connectors of both directions. */
@Page
@Path("/partners")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class PartnersPage {
  // Organizations are read whole, of 2,000 connectors at most, until there are so many.
  private static final int MOST_CONNECTORS = 1_000;

  private final Frames frames;
  private final Connectors connectors;
  private final ConnectorTraffic traffic;

  PartnersPage(Frames frames, Connectors connectors, ConnectorTraffic traffic) {
    this.frames = frames;
    this.connectors = connectors;
    this.traffic = traffic;
  }

  /** A connector of a partner. */
  public record Half(
      String page,
      String name,
      String mode,
      String tls,
      String where,
      ConnectorTraffic.Use use,
      String mailLink,
      String refusalsLink) {}

  /**
   * @param made by the assistant, and so undone by it
   */
  public record Partner(
      String organization, String domain, List<Half> inbound, List<Half> outbound, boolean made) {}

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance partners(
        Frame f,
        List<Partner> partners,
        List<String> organizations,
        String organization,
        boolean several,
        boolean cut,
        String undone);
  }

  @GET
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String read(
      @QueryParam("organization") @DefaultValue("") String organization,
      @QueryParam("undone") @DefaultValue("") String undone) {
    Frame f = frames.of("nav.partners").command("postern connectors list");
    List<String> organizations = connectors.organizations();
    ConnectorTraffic.Uses uses = traffic.read();
    List<Partner> partners = new ArrayList<>();
    int read = 0;
    boolean cut = false;
    for (String each : organizations) {
      if (!organization.isEmpty() && !organization.equals(each)) {
        continue;
      }
      if (read >= MOST_CONNECTORS) {
        cut = true;
        break;
      }
      Map<String, Partner> byDomain = new TreeMap<>();
      for (String direction : List.of(Connectors.INBOUND, Connectors.OUTBOUND)) {
        for (Connectors.Connector connector : connectors.list(each, direction)) {
          add(f, byDomain, connector, uses);
          read++;
        }
      }
      partners.addAll(byDomain.values());
    }
    return Templates.partners(
            f, partners, organizations, organization, organizations.size() > 1, cut, undone)
        .render();
  }

  private static void add(
      Frame f,
      Map<String, Partner> byDomain,
      Connectors.Connector connector,
      ConnectorTraffic.Uses uses) {
    JsonNode object = connector.object();
    boolean inbound = connector.direction().equals(Connectors.INBOUND);
    JsonNode domains = object.path(inbound ? "senderDomains" : "recipientDomains");
    if (!object.path("connectorType").asText().equals("partner")) {
      return;
    }
    JsonNode hosts = object.path("smartHosts");
    Half half =
        new Half(
            Connectors.page(connector.organization(), connector.direction(), connector.name()),
            connector.name(),
            ConnectorText.mode(object),
            ConnectorText.tls(f, connector),
            inbound ? "" : hosts.isEmpty() ? "MX" : Values.some(hosts),
            uses.of(connector.organization(), connector.direction(), connector.name()),
            ConnectorsPage.search(connector.organization(), connector.name(), "messages"),
            ConnectorsPage.search(connector.organization(), connector.name(), "refusals"));
    Values.list(domains).stream()
        .map(domain -> domain.replaceFirst("^smtp:|;.*$", "").replaceFirst("^\\*\\.", ""))
        .distinct()
        .forEach(
            domain -> {
              Partner partner =
                  byDomain.computeIfAbsent(
                      domain,
                      key ->
                          new Partner(
                              connector.organization(),
                              key,
                              new ArrayList<>(),
                              new ArrayList<>(),
                              false));
              (inbound ? partner.inbound() : partner.outbound()).add(half);
              if (List.of("From " + domain, "From addresses of " + domain, "To " + domain)
                      .contains(connector.name())
                  && !partner.made()) {
                byDomain.put(
                    domain,
                    new Partner(
                        partner.organization(),
                        domain,
                        partner.inbound(),
                        partner.outbound(),
                        true));
              }
            });
  }
}
