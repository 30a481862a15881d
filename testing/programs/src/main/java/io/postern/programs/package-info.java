/**
 * The programs of a local stack, as processes on loopback that end with their parent: a Kafka
 * broker, PostgreSQL, and JVMs with their AOT caches. {@code ./run} starts them, and tests do.
 * Nothing here is used in production.
 *
 * <p>The jar of this module is on the class path of each JVM that the stack starts, for {@link
 * io.postern.programs.EndWithParent}, and so it is a part of the names of their AOT caches: a
 * change here makes all of them anew. What only tests use is in the module lab, which no such JVM
 * has.
 */
@NullMarked
package io.postern.programs;

import org.jspecify.annotations.NullMarked;
