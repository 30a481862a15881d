/** The mail hosts of the example in containers: docker-compose.yml, profile {@code example}. */
@NullMarked
package io.postern.stack.example.container;

import org.jspecify.annotations.NullMarked;
