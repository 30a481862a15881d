/** What an administrator does on the Exchange servers on premises, of the directory's facts. */
@org.jspecify.annotations.NullMarked
package io.postern.operator.hybrid;
