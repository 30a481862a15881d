package io.postern.console.web.mail;

import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.console.search.Parameters;
import io.postern.console.search.RefusalGroups;
import io.postern.console.search.RefusalGroupsResource;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
import io.postern.console.web.frame.ReadLine;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/** Who is refused, by which rule, and what would have to be true. */
@Page
@Path("/refused")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class RefusedPage {
  private final Frames frames;
  private final RefusalGroupsResource groups;

  RefusedPage(Frames frames, RefusalGroupsResource groups) {
    this.frames = frames;
    this.groups = groups;
  }

  /**
   * Refusals of one partner by one rule.
   *
   * @param domain of the sender; empty: none was given
   * @param list the search behind the count
   * @param watch where the partner's next sessions are watched; empty: it has no domain
   */
  public record Group(
      String domain,
      String organization,
      String connector,
      String connectorLink,
      String rule,
      String why,
      String cure,
      long count,
      String list,
      String first,
      String last,
      String reference,
      String watch) {}

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance refused(
        Frame f, SearchForm form, List<Group> groups, String leftOut, String read);
  }

  @GET
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response read(@BeanParam Parameters parameters) {
    if (parameters.since.isBlank()) {
      parameters.since = SearchQuery.DEFAULT_SINCE;
    }
    SearchQuery query = SearchQuery.of(parameters, "all");
    SearchForm form = SearchForm.of("refusals", "", parameters);
    Frame frame =
        frames
            .of("refused.title")
            .json("/api/v1/refusals/groups" + query.text())
            .command(query.with("kind", "refusals").command());
    MailText text = new MailText(frame);
    try {
      RefusalGroups found = groups.groups(parameters);
      return Response.ok(
              Templates.refused(
                      frame,
                      form,
                      found.groups().stream().map(one -> group(one, query, text)).toList(),
                      found.leftOut() == 0 ? "" : frame.number(found.leftOut()),
                      ReadLine.of(found.readTo(), frame))
                  .render())
          .build();
    } catch (ProblemException e) {
      Problem problem = e.problem();
      if (problem.status() != 400 && problem.status() != 404) {
        throw e;
      }
      return Response.status(problem.status())
          .entity(Templates.refused(frame, form.with(problem), List.of(), "", "").render())
          .build();
    }
  }

  private static Group group(RefusalGroups.Group group, SearchQuery query, MailText text) {
    String organization = text(group.organization());
    String connector = text(group.connector());
    String rule = text(group.rule());
    return new Group(
        group.domain(),
        organization,
        connector,
        MailText.connector(organization, true, connector),
        rule,
        text.rule(rule),
        text.cure(rule),
        group.count(),
        query
            .with("kind", "refusals")
            .with("fromDomain", group.domain())
            .with("organization", organization)
            .with("connector", connector)
            .with("rule", rule)
            .path(),
        group.first(),
        group.last(),
        text(group.reference()),
        organization.isEmpty() || group.domain().isEmpty()
            ? ""
            : "/partners/watch?organization="
                + Frame.encoded(organization)
                + "&domain="
                + Frame.encoded(group.domain()));
  }

  private static String text(@Nullable String text) {
    return text == null ? "" : text;
  }
}
