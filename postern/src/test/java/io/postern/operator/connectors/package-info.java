@org.jspecify.annotations.NullMarked
package io.postern.operator.connectors;
