package io.postern.delivery.transaction;

import io.postern.contracts.v1.DeliveryRequested;
import io.postern.log.content.ContentException;
import io.postern.log.content.ContentStream;
import io.postern.smtp.HeaderFirewall;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A delivery's content as its next hop gets it: the log's, without the organization's own header
 * fields or with their names for the other premises, where the decision says so
 * (docs/reference/message-changes.md). Owner: one thread. Memory: the buffer that was read last, in
 * pieces.
 */
public final class SentContent implements ContentStream {
  private final ContentStream log;
  private final HeaderFirewall firewall;
  private final Deque<ByteBuffer> pieces = new ArrayDeque<>();
  private boolean ended;

  private SentContent(ContentStream log, HeaderFirewall.Mode mode) {
    this.log = log;
    this.firewall = new HeaderFirewall(mode);
  }

  public static ContentStream open(Contents contents, DeliveryRequested request)
      throws ContentException {
    ContentStream log = contents.open(request.getContentList());
    return switch (request.getNextHop().getOrganizationFields()) {
      case ORGANIZATION_FIELDS_UNSPECIFIED -> log;
      case ORGANIZATION_FIELDS_CROSS_PREMISES ->
          new SentContent(log, HeaderFirewall.Mode.TO_CROSS_PREMISES);
      // A newer version's way: what it would send is not known, so nothing is.
      case ORGANIZATION_FIELDS_REMOVED, UNRECOGNIZED ->
          new SentContent(log, HeaderFirewall.Mode.REMOVE);
    };
  }

  @Override
  public @Nullable ByteBuffer next() throws ContentException {
    while (pieces.isEmpty() && !ended) {
      ByteBuffer in = log.next();
      if (in == null) {
        ended = true;
        firewall.finish(pieces::add);
      } else {
        firewall.pass(in.duplicate(), piece -> pieces.add(piece.duplicate()));
      }
    }
    return pieces.poll();
  }

  @Override
  public void close() {
    log.close();
  }
}
