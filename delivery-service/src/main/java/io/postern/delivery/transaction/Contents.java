package io.postern.delivery.transaction;

import io.postern.contracts.v1.ContentSegment;
import io.postern.log.content.ContentException;
import io.postern.log.content.ContentStream;
import java.util.List;

/** The source of contents. */
@FunctionalInterface
public interface Contents {
  ContentStream open(List<ContentSegment> segments) throws ContentException;
}
