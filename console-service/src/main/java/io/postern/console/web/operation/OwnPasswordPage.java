package io.postern.console.web.operation;

import io.postern.api.OwnRate;
import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.console.web.frame.FieldFaults;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
import io.postern.console.web.frame.SessionCookie;
import io.postern.console.web.peers.Peers;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.FormParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** The reader's own password, of a local user; also of one without any role. */
@Page
@Path("/access/own/password")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class OwnPasswordPage {
  private static final int SEE_OTHER = 303;
  private static final int NOT_SIGNED_IN = 401;
  private static final int TOO_MANY = 429;

  private final Frames frames;
  private final Peers peers;
  private final HttpServerRequest request;

  OwnPasswordPage(Frames frames, Peers peers, HttpServerRequest request) {
    this.frames = frames;
    this.peers = peers;
    this.request = request;
  }

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance accessOwnPassword(Frame f, Form v);
  }

  /** The faults of a form that was sent; nothing of it is shown again. */
  public record Form(
      String currentFault, String passwordFault, String againFault, List<String> faults) {}

  @GET
  @OwnRate
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String read() {
    return form(new Form("", "", "", List.of()));
  }

  @POST
  @OwnRate
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response change(
      @FormParam("current") @DefaultValue("") String current,
      @FormParam("password") @DefaultValue("") String password,
      @FormParam("again") @DefaultValue("") String again) {
    if (!password.equals(again)) {
      String fault = frames.words().text("access.own.differs");
      return Response.ok(form(new Form("", "", fault, List.of()))).build();
    }
    try {
      peers.policy().put("/me/password", Map.of("current", current, "password", password), null);
    } catch (ProblemException e) {
      Problem problem = e.problem();
      if (problem.status() >= TOO_MANY || problem.status() == NOT_SIGNED_IN) {
        throw e;
      }
      FieldFaults faults = FieldFaults.of(problem);
      List<String> others = new ArrayList<>(faults.others(List.of("current", "password")));
      if (faults.isEmpty()) {
        others.add(problem.detail());
      }
      return Response.ok(form(new Form(faults.of("current"), faults.of("password"), "", others)))
          .build();
    }
    // The session has ended with the former password.
    return Response.status(SEE_OTHER)
        .header(HttpHeaders.LOCATION, "/sign-in?left=password")
        .cookie(SessionCookie.ended(request.isSSL()))
        .build();
  }

  private String form(Form form) {
    return Templates.accessOwnPassword(
            frames.of("access.own.title").command("postern change-password"), form)
        .render();
  }
}
