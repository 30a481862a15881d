package io.postern.e2e.pages;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.DocTree;
import com.sun.source.doctree.EntityTree;
import com.sun.source.doctree.LinkTree;
import com.sun.source.doctree.LiteralTree;
import com.sun.source.doctree.StartElementTree;
import com.sun.source.doctree.TextTree;
import java.util.Map;

/** A comment of the code as Markdown in one line. */
final class CommentText {
  private CommentText() {}

  /**
   * @param keys what stands for {@code {@link #method}}, by the method's name
   */
  static String markdown(DocCommentTree comment, Map<String, String> keys) {
    StringBuilder text = new StringBuilder();
    for (DocTree part : comment.getFullBody()) {
      switch (part) {
        case TextTree plain -> text.append(plain.getBody());
        case LiteralTree code when code.getKind() == DocTree.Kind.CODE ->
            text.append('`').append(code.getBody().getBody().strip()).append('`');
        case LiteralTree literal -> text.append(literal.getBody().getBody());
        case LinkTree link -> {
          String to = link.getReference().getSignature().replaceFirst("^#", "");
          text.append('`').append(keys.getOrDefault(to, to)).append('`');
        }
        case StartElementTree paragraph when paragraph.getName().contentEquals("p") ->
            text.append("<br>");
        case EntityTree entity -> text.append('&').append(entity.getName()).append(';');
        default -> text.append(part);
      }
    }
    return text.toString().replaceAll("\\s+", " ").replace(" <br>", "<br>").strip();
  }
}
