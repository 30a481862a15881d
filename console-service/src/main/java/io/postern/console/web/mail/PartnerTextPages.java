package io.postern.console.web.mail;

import io.postern.console.web.frame.Frame;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import java.util.List;

/** The page of a text for a partner. Stateless. */
public final class PartnerTextPages {
  private PartnerTextPages() {}

  /** A partner that may be meant. */
  public record Choice(String name, String link, boolean current) {}

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance partnerText(
        Frame f, String back, String text, List<Choice> choices);
  }

  /**
   * @param text empty: one of the choices must be made first
   */
  static String page(Frame frame, String back, String text, List<Choice> choices) {
    return Templates.partnerText(frame, back, text, choices).render();
  }
}
