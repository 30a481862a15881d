package io.postern.e2e.console;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.Set;

/** Texts by which a stranger would like to do something to a page. Stateless. */
final class HostileTexts {
  /** Markup in an element, in an attribute, and of a template. */
  static final String MARKUP =
      "\"'><img src=x onerror=document.title='taken'><script>alert(1)</script>{f.proof}{{=1}}";

  /** Reads "gnp.example" backwards, and hides what is behind it. */
  static final String TURNED = "mx.\u202eelpmaxe.png\u2066\u200b";

  static final String CONTROLS = "a\u0000b\u001b[31mc\u009bd\u0085e\u2028f\ufeffg";
  static final String MARKS = "z" + "\u0336\u0301".repeat(200);
  static final String LONG_WORD = "w".repeat(10_000);
  static final String LONG_LINE = "ten chars ".repeat(1_000).strip();

  /** All of it but the length, as one value. */
  static final String ALL = MARKUP + TURNED + CONTROLS + MARKS + " javascript:alert(2)";

  private HostileTexts() {}

  /**
   * Puts the text into each field that holds text, and into those of all messages within it.
   *
   * @param kept names of fields that stay as they are
   */
  static void fill(Message.Builder record, String text, Set<String> kept) {
    for (FieldDescriptor field : record.getDescriptorForType().getFields()) {
      if (kept.contains(field.getName()) || field.isMapField()) {
        continue;
      }
      if (field.getJavaType() == FieldDescriptor.JavaType.STRING) {
        if (field.isRepeated()) {
          record.addRepeatedField(field, text);
        } else {
          record.setField(field, text);
        }
      } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        Message.Builder inner = record.newBuilderForField(field);
        fill(inner, text, kept);
        if (field.isRepeated()) {
          record.addRepeatedField(field, inner.build());
        } else {
          record.setField(field, inner.build());
        }
      }
    }
  }
}
