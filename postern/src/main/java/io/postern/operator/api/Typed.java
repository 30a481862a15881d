package io.postern.operator.api;

import java.io.IOException;

/** A secret of the caller's, which is asked for only where a service wants it. */
public interface Typed {
  String read() throws IOException, InterruptedException;
}
