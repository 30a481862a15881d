package io.postern.console.web.signin;

import io.postern.console.signin.OpenIdProvider;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.NextPath;
import io.postern.console.web.frame.PageAnswers;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import jakarta.enterprise.context.RequestScoped;

/** The page with the ways to sign in. One request, one thread. */
@RequestScoped
class SignInForm {
  private final Frames frames;
  private final OpenIdProvider provider;

  SignInForm(Frames frames, OpenIdProvider provider) {
    this.frames = frames;
    this.provider = provider;
  }

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance signIn(Frame f, View v);

    static native TemplateInstance signInCode(Frame f, Code v);
  }

  /**
   * @param next where the browser wants to go, a path
   * @param failure text; empty: none
   * @param provider its host; empty: browsers sign in at none
   * @param left the reader has left a session of the provider's user
   */
  public record View(String next, String name, String failure, String provider, boolean left) {}

  /**
   * The second step.
   *
   * @param shown stands for the password, for five minutes
   * @param failure text; empty: none
   */
  public record Code(String next, String shown, String failure) {}

  /**
   * @param failure key of a text; empty: none
   */
  String code(String next, String shown, String failure) {
    String text = failure.isEmpty() ? "" : frames.words().text(failure);
    Code view = new Code(NextPath.bounded(PageAnswers.local(next)), shown, text);
    return Templates.signInCode(frames.of("signin.title"), view).render();
  }

  String of(String next) {
    return page(next, "", "", false);
  }

  /** After a session of the provider's user. */
  String afterLeaving() {
    return page("/", "", "", provider.isThere());
  }

  /** After a form whose session had ended. */
  String afterUnsentForm() {
    return page("/", "", frames.words().text("signin.unsent"), false);
  }

  /** After a sign-out of which policy-service does not know. */
  String afterUnfinishedSignOut() {
    return page("/", "", frames.words().text("signin.stays"), false);
  }

  /**
   * After a change by which the reader's sessions ended.
   *
   * @param change key of a text
   */
  String afterChange(String change) {
    return page("/", "", frames.words().text(change), false);
  }

  /**
   * @param failure key of a text
   */
  String withPasswordFailure(String next, String name, String failure) {
    return page(next, name, frames.words().text(failure), false);
  }

  /**
   * @param failure key of a text about the provider
   */
  String withProviderFailure(String next, String failure) {
    return page(next, "", frames.words().text(failure, provider.host()), false);
  }

  private String page(String next, String name, String failure, boolean left) {
    View view =
        new View(NextPath.bounded(PageAnswers.local(next)), name, failure, provider.host(), left);
    return Templates.signIn(frames.of("signin.title"), view).render();
  }
}
