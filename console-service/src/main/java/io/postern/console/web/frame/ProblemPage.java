package io.postern.console.web.frame;

import io.postern.api.Problem;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;

/** A problem as people see it: the sentence, each fault with its cure, and the way back. */
final class ProblemPage {
  private ProblemPage() {}

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance problem(Frame f, Problem problem);
  }

  static String of(Frame frame, Problem problem) {
    return Templates.problem(frame, problem).render();
  }
}
