package io.postern.console.web.mail;

import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Shell;
import io.postern.console.web.peers.Peers;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import jakarta.inject.Singleton;
import java.util.Map;

/** Pages of recorded mail that is decided again with today's connectors. Any thread. */
@Singleton
class Explanations {
  private final Frames frames;
  private final Peers peers;

  Explanations(Frames frames, Peers peers) {
    this.frames = frames;
    this.peers = peers;
  }

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance explain(Frame f, String id, String back, Explained e);
  }

  /**
   * @param name queueId or reference
   * @param back the page of the mail
   */
  String page(String name, String id, String back) {
    Frame frame =
        frames
            .titled(frames.words().text("explain.title", id))
            .command("postern why " + Shell.word(id) + " --now");
    return Templates.explain(
            frame,
            id,
            back,
            Explained.of(peers.policy().post("/explain", Map.of(name, id)).body(), frame))
        .render();
  }
}
