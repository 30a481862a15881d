package io.postern.console.web.mail;

import io.postern.console.life.Life;
import io.postern.console.life.LifeResource;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
import io.postern.contracts.RouteNames;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/**
 * A message's facts to copy for a partner's postmaster. Of mail in the partner is the sender; of
 * mail out it is a recipient's domain, and sees nothing of the others.
 */
@Page
@Path("/messages/{queueId}/partner")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class MessagePartnerPage {
  private final Frames frames;
  private final LifeResource lives;

  MessagePartnerPage(Frames frames, LifeResource lives) {
    this.frames = frames;
    this.lives = lives;
  }

  /**
   * @param domain of the recipients; empty: the only one
   */
  @GET
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String read(
      @PathParam("queueId") String queueId, @QueryParam("domain") @DefaultValue("") String domain) {
    Life life = lives.life(queueId);
    String back = "/messages/" + Frame.encoded(queueId);
    Frame frame = frames.of("copy.title").json("/api/v1" + back).command("postern why " + queueId);
    Set<String> incoming =
        life.recipients().stream()
            .filter(one -> "incoming".equals(one.direction()))
            .map(one -> one.address())
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> domains =
        life.recipients().stream()
            .filter(one -> !isMailbox(one.route()))
            .map(one -> one.address())
            .filter(address -> !incoming.contains(address))
            .map(MessagePartnerPage::domain)
            .collect(Collectors.toCollection(TreeSet::new));
    if (domains.isEmpty() && incoming.isEmpty()) {
      return PartnerTextPages.page(frame, back, "", List.of());
    }
    if (domains.isEmpty()) {
      return PartnerTextPages.page(
          frame, back, new PartnerText(frame).of(life, incoming, true), List.of());
    }
    String meant = domains.size() == 1 ? domains.iterator().next() : domain;
    List<PartnerTextPages.Choice> choices =
        domains.stream()
            .map(
                one ->
                    new PartnerTextPages.Choice(
                        one, back + "/partner?domain=" + Frame.encoded(one), one.equals(meant)))
            .toList();
    if (!domains.contains(meant)) {
      return PartnerTextPages.page(frame, back, "", choices);
    }
    Set<String> addresses =
        life.recipients().stream()
            .map(one -> one.address())
            .filter(address -> domain(address).equals(meant))
            .collect(Collectors.toCollection(TreeSet::new));
    return PartnerTextPages.page(
        frame,
        back,
        new PartnerText(frame).of(life, addresses, false),
        domains.size() == 1 ? List.of() : choices);
  }

  /** A mailbox host is our own. */
  private static boolean isMailbox(@Nullable String route) {
    return route != null && RouteNames.isMailbox(route);
  }

  private static String domain(String address) {
    return address.substring(address.lastIndexOf('@') + 1).toLowerCase(Locale.ROOT);
  }
}
