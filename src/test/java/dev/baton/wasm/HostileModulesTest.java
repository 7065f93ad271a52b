package dev.baton.wasm;

import static dev.baton.wasm.ModuleBytes.CODE;
import static dev.baton.wasm.ModuleBytes.DATA;
import static dev.baton.wasm.ModuleBytes.ELEMENT;
import static dev.baton.wasm.ModuleBytes.EXPORT;
import static dev.baton.wasm.ModuleBytes.FUNCTION;
import static dev.baton.wasm.ModuleBytes.GLOBAL;
import static dev.baton.wasm.ModuleBytes.IMPORT;
import static dev.baton.wasm.ModuleBytes.MEMORY;
import static dev.baton.wasm.ModuleBytes.TABLE;
import static dev.baton.wasm.ModuleBytes.TYPE;
import static dev.baton.wasm.ModuleBytes.module;
import static dev.baton.wasm.ModuleBytes.part;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Test 41: a module that cannot be used is refused with its reason, costs little, and leaves the others alone. */
class HostileModulesTest {
    private static final long HUGE = 0xffff_ffffL;

    static Stream<Arguments> refused() {
        return Stream.of(
                Arguments.of("empty", new byte[0], "malformed"),
                Arguments.of("a text", "hello, world".getBytes(US_ASCII), "not a Wasm module"),
                Arguments.of("an ELF file", new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0}, "not a Wasm module"),
                Arguments.of("a component", new byte[] {0, 'a', 's', 'm', 0x0d, 0, 1, 0}, "component"),
                Arguments.of("version 2", new byte[] {0, 'a', 's', 'm', 2, 0, 0, 0}, "version 2"),
                Arguments.of("nothing in it", module().bytes(), "does not export its memory"),
                Arguments.of("an unknown section", module().section(99, part()).bytes(), "section 99"),
                Arguments.of(
                        "a section beyond the end",
                        module().raw(TYPE).number(HUGE).bytes(),
                        "malformed"),
                Arguments.of(
                        "a number without end",
                        module().raw(1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80).bytes(),
                        "malformed"),
                Arguments.of(
                        "2^32 types",
                        module().section(TYPE, part().number(HUGE)).bytes(),
                        "types"),
                Arguments.of(
                        "2^32 parameters",
                        module().section(TYPE, part().number(1).raw(0x60).number(HUGE))
                                .bytes(),
                        "signature"),
                Arguments.of(
                        "2^32 functions",
                        module().section(FUNCTION, part().number(HUGE)).bytes(),
                        "functions"),
                Arguments.of(
                        "2^32 exports",
                        module().section(EXPORT, part().number(HUGE)).bytes(),
                        "exports"),
                Arguments.of(
                        "2^32 globals",
                        module().section(GLOBAL, part().number(HUGE)).bytes(),
                        "globals"),
                Arguments.of(
                        "2^31 elements",
                        module().section(
                                        ELEMENT,
                                        part().number(1).raw(0, 0x41, 0, 0x0b).number(0x7fff_ffff))
                                .bytes(),
                        "elements"),
                Arguments.of(
                        "2^31 bytes of data",
                        module().section(DATA, part().number(1).raw(1).number(0x7fff_ffff))
                                .bytes(),
                        "malformed"),
                Arguments.of(
                        "a table of 2^32",
                        module().section(TABLE, part().raw(1, 0x70, 0).number(HUGE))
                                .bytes(),
                        "table"),
                Arguments.of(
                        "17 tables",
                        module().section(TABLE, part().number(17).times(17, part().raw(0x70, 0, 1)))
                                .bytes(),
                        "tables"),
                Arguments.of(
                        "two memories",
                        module().section(MEMORY, part().raw(2, 0, 1, 0, 1)).bytes(),
                        "memories"),
                Arguments.of(
                        "a shared memory",
                        module().section(MEMORY, part().raw(1, 3, 1, 1)).bytes(),
                        "threads"),
                Arguments.of(
                        "a 64-bit memory",
                        module().section(MEMORY, part().raw(1, 4, 1)).bytes(),
                        "64-bit"),
                Arguments.of(
                        "a memory of 4 GiB",
                        module().section(MEMORY, part().raw(1, 0).number(65536)).bytes(),
                        "2 GiB"),
                Arguments.of(
                        "a memory of 2 GiB",
                        module().section(MEMORY, part().raw(1, 0).number(32768)).bytes(),
                        "2 GiB"),
                Arguments.of(
                        "garbage-collected types",
                        module().section(TYPE, part().raw(1, 0x5f, 0)).bytes(),
                        "garbage-collected"),
                Arguments.of(
                        "a vector parameter",
                        module().section(TYPE, part().raw(1, 0x60, 1, 0x7b, 0)).bytes(),
                        "SIMD"),
                Arguments.of("an imported memory", imports(2, part().raw(0, 1)), "functions only"),
                Arguments.of("an imported table", imports(1, part().raw(0x70, 0, 1)), "functions only"),
                Arguments.of("an imported global", imports(3, part().raw(0x7f, 0)), "functions only"),
                Arguments.of("an import of an unknown type", imports(0, part().number(7)), "malformed"),
                Arguments.of("a flood of imports", flood(200_000), "imports, more than 256"),
                Arguments.of("as many imports as there may be", flood(256), "does not export its memory"),
                Arguments.of("locals that multiply", locals(1, 50_000, 50_000), "local variables"),
                Arguments.of("one group of 2^32 locals", locals(1, 1, HUGE), "local variables"),
                Arguments.of("functions of many locals", locals(1000, 1, 50_000), "local variables"),
                Arguments.of("an export that is not there", exporting("handle", 0, 5), "malformed"),
                Arguments.of("an unknown import", minimal("env", "abort", "iiii:"), "env.abort"),
                Arguments.of("an import of another signature", minimal("xdt", "put", "i:i"), "offers it as iiiii:i"),
                Arguments.of("a handle of another signature", handle(0x7f), "another signature"),
                Arguments.of("a body that is no code", badBody(), "invalid"),
                Arguments.of("a body with SIMD", simdBody(), "invalid"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void isRefusedWithItsReason(String what, byte[] module, String reason) {
        try (FunctionHost host = Guests.host(Guests.limits())) {
            host.load("hostile", module);
            assertThat(Guests.status(host, "hostile").state()).isEqualTo(FunctionState.REFUSED);
            assertThat(Guests.status(host, "hostile").reason()).contains(reason);
            Guests.awaitMemory(host);
        }
    }

    @Test
    void aModuleCutAnywhereIsRefused() {
        byte[] whole = Guests.sample("upper");
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            try {
                ModuleScan.Shape shape = ModuleScan.scan(cut, 100);
                // Cut between two sections it has the form of a module, so only its parts that are missing tell.
                assertThat(shape.exports().containsKey("handle") && shape.exportsMemory() && isCompiled(shape))
                        .as("length %s", length)
                        .isFalse();
            } catch (LoadException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        }
    }

    private static boolean isCompiled(ModuleScan.Shape shape) {
        try {
            Engine.compile(shape);
            return true;
        } catch (LoadException e) {
            return false;
        }
    }

    @Test
    void aModuleWithWrongBytesIsRefusedOrIsAnotherModuleButBreaksNothing() {
        Random random = new Random(42);
        byte[] right = Guests.hostile("calls");
        ModuleLoader loader = loader();
        for (int i = 0; i < 300; i++) {
            byte[] wrong = right.clone();
            for (int flips = random.nextInt(3) + 1; flips > 0; flips--) {
                wrong[8 + random.nextInt(wrong.length - 8)] = (byte) random.nextInt(256);
            }
            assertThatCode(() -> {
                        try {
                            assertThat(loader.load(wrong)).isNotNull();
                        } catch (LoadException e) {
                            assertThat(e.getMessage()).isNotEmpty();
                        }
                    })
                    .doesNotThrowAnyException();
        }
    }

    private static ModuleLoader loader() {
        FunctionLimits limits = Guests.limits();
        return new ModuleLoader(
                limits,
                new LinearMemories(16, 1 << 20, 0, limits.warmIdle(), java.time.InstantSource.system()),
                new DeadlineWatch());
    }

    @Test
    void theOthersOfTheFolderWork(@TempDir Path folder) throws Exception {
        Files.write(folder.resolve("good.wasm"), Guests.hostile("echo"));
        Files.write(folder.resolve("bad.wasm"), new byte[] {1, 2, 3});
        Files.write(folder.resolve("large.wasm"), new byte[2 << 20]);
        Files.write(folder.resolve("endless.wasm"), Guests.hostile("endless-start"));
        Files.write(folder.resolve("a b.wasm"), Guests.hostile("echo"));
        Files.write(folder.resolve("zoo.wasm"), Guests.sample("upper"));
        Files.createDirectory(folder.resolve("folder.wasm"));
        Files.write(folder.resolve("readme.txt"), new byte[] {1});
        try (FunctionHost host = Guests.host(Guests.limits())) {
            host.load(folder);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(200);
            while (!host.ready() && System.nanoTime() < end) {
                Thread.sleep(10);
            }
            assertThat(host.functions())
                    .extracting(FunctionHost.Status::name, FunctionHost.Status::state)
                    .containsExactly(
                            org.assertj.core.groups.Tuple.tuple("a b", FunctionState.REFUSED),
                            org.assertj.core.groups.Tuple.tuple("bad", FunctionState.REFUSED),
                            org.assertj.core.groups.Tuple.tuple("endless", FunctionState.REFUSED),
                            org.assertj.core.groups.Tuple.tuple("folder", FunctionState.REFUSED),
                            org.assertj.core.groups.Tuple.tuple("good", FunctionState.READY),
                            org.assertj.core.groups.Tuple.tuple("large", FunctionState.REFUSED),
                            org.assertj.core.groups.Tuple.tuple("zoo", FunctionState.READY));
            assertThat(Guests.status(host, "large").reason()).contains("2097152 bytes, more than");
            assertThat(Guests.call(host, "good", new byte[] {7})).containsExactly(7);
            assertThat(Guests.call(host, "zoo", new byte[] {'a'})).containsExactly('A');
        }
    }

    @Test
    void nothingOfARightModuleIsLostOnItsWayToTheEngine() throws Exception {
        // The samples are the proof that what is right passes; this one that nothing of a right module is lost on the
        // way to the engine.
        byte[] right = Guests.sample("consumer");
        ModuleScan.Shape shape = ModuleScan.scan(right, 100);
        assertThat(shape.exports()).containsEntry("handle", "ii:I").containsEntry("allocate_memory", "i:i");
        assertThat(shape.imports()).extracting(ModuleScan.Import::module).containsOnly("xdt");
        assertThat(shape.core().get().readAllBytes().length).isLessThanOrEqualTo(right.length);
    }

    private static byte[] imports(int kind, ModuleBytes description) {
        return module().section(
                        IMPORT,
                        part().number(1).name("env").name("thing").raw(kind).append(description))
                .bytes();
    }

    private static byte[] flood(int count) {
        ModuleBytes one = part().name("xdt").name("sha256").raw(0, 0);
        return module().section(TYPE, part().raw(1, 0x60, 3, 0x7f, 0x7f, 0x7f, 1, 0x7f))
                .section(IMPORT, part().number(count).times(count, one))
                .bytes();
    }

    private static byte[] locals(int functions, int groups, long each) {
        ModuleBytes declared =
                part().number(groups).times(groups, part().number(each).raw(0x7e));
        ModuleBytes body = part().number(declared.bytes().length).append(declared);
        return module().section(CODE, part().number(functions).times(functions, body))
                .bytes();
    }

    private static byte[] exporting(String name, int kind, int index) {
        return module().section(EXPORT, part().number(1).name(name).raw(kind).number(index))
                .bytes();
    }

    /** A whole function that imports one more thing. */
    private static byte[] minimal(String module, String name, String signature) {
        int colon = signature.indexOf(':');
        ModuleBytes type = part().raw(0x60).number(colon).times(colon, part().raw(0x7f));
        int results = signature.length() - colon - 1;
        type.number(results).times(results, part().raw(0x7f));
        return module().section(
                        TYPE,
                        part().number(4)
                                .append(type)
                                .raw(0x60, 2, 0x7f, 0x7f, 1, 0x7e)
                                .raw(0x60, 1, 0x7f, 1, 0x7f)
                                .raw(0x60, 2, 0x7f, 0x7f, 0))
                .section(IMPORT, part().number(1).name(module).name(name).raw(0, 0))
                .section(FUNCTION, part().raw(3, 1, 2, 3))
                .section(MEMORY, part().raw(1, 0, 1))
                .section(EXPORT, exports(1))
                .bytes();
    }

    private static byte[] handle(int result) {
        return whole(result, part().raw(0x42, 0));
    }

    private static byte[] badBody() {
        return whole(0x7e, part().raw(0x6a));
    }

    private static byte[] simdBody() {
        return whole(0x7e, part().raw(0x41, 0, 0xfd, 0x0f, 0x1a, 0x42, 0));
    }

    private static byte[] whole(int result, ModuleBytes handle) {
        ModuleBytes body = part().raw(0).append(handle).raw(0x0b);
        return module().section(
                        TYPE,
                        part().raw(3)
                                .raw(0x60, 2, 0x7f, 0x7f, 1, result)
                                .raw(0x60, 1, 0x7f, 1, 0x7f)
                                .raw(0x60, 2, 0x7f, 0x7f, 0))
                .section(FUNCTION, part().raw(3, 0, 1, 2))
                .section(MEMORY, part().raw(1, 0, 1))
                .section(EXPORT, exports(0))
                .section(
                        CODE,
                        part().number(3)
                                .number(body.bytes().length)
                                .append(body)
                                .raw(4, 0, 0x41, 0, 0x0b)
                                .raw(2, 0, 0x0b))
                .bytes();
    }

    private static ModuleBytes exports(int first) {
        return part().number(4)
                .name("memory")
                .raw(2, 0)
                .name("handle")
                .raw(0, first)
                .name("allocate_memory")
                .raw(0, first + 1)
                .name("deallocate_memory")
                .raw(0, first + 2);
    }
}
