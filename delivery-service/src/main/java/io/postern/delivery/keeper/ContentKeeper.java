package io.postern.delivery.keeper;

import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ContentReference;
import io.postern.contracts.v1.ContentSegment;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.content.ContentException;
import io.postern.log.content.ContentStream;
import io.postern.log.rules.Newest;
import io.postern.log.sending.HeldContent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The copying of contents: each segment that refers to {@code mail.content}, or to a sealed
 * content, gets a copy in {@code mail.content.held}; inline segments and copies stay as they are.
 * The copies of the last messages are remembered, as the recipients of one message may be held one
 * after the other. Owner: the keeper's thread. Bounded: a copy's chunks, see {@link HeldContent};
 * 200 messages.
 */
final class ContentKeeper implements AutoCloseable {
  private static final int REMEMBERED = 200;

  private final LogSettings settings;
  private final Function<List<ContentSegment>, ContentStream> contents;
  private final BooleanSupplier givenUp;
  private final Map<String, List<ContentSegment>> copied = new Newest<>(REMEMBERED);
  private @Nullable HeldContent held;

  ContentKeeper(
      LogSettings settings,
      Function<List<ContentSegment>, ContentStream> contents,
      BooleanSupplier givenUp) {
    this.settings = settings;
    this.contents = contents;
    this.givenUp = givenUp;
  }

  List<ContentSegment> keep(QueueId queueId, List<ContentSegment> segments)
      throws ContentException, LogUnavailableException {
    List<ContentSegment> before = copied.get(queueId.value());
    if (before != null) {
      return before;
    }
    List<ContentSegment> moved = new ArrayList<>(segments.size());
    for (ContentSegment segment : segments) {
      boolean here =
          segment.hasReference()
              && !segment.getReference().getTopic().equals(Topics.MAIL_CONTENT_HELD);
      moved.add(here ? copy(queueId, segment) : segment);
    }
    copied.put(queueId.value(), List.copyOf(moved));
    return moved;
  }

  private ContentSegment copy(QueueId queueId, ContentSegment segment)
      throws ContentException, LogUnavailableException {
    HeldContent writer = held;
    if (writer == null) {
      writer = new HeldContent(settings);
      held = writer;
    }
    try (ContentStream content = contents.apply(List.of(segment))) {
      ContentReference copy = writer.copy(queueId, segment.getReference(), content, givenUp);
      return ContentSegment.newBuilder().setReference(copy).build();
    }
  }

  @Override
  public void close() {
    HeldContent writer = held;
    held = null;
    if (writer != null) {
      writer.close();
    }
  }
}
