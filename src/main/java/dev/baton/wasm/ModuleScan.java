package dev.baton.wasm;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Looks a module over before the engine sees it: what it imports and exports, and that no few bytes of it claim much. The engine's parser
 * believes every count and allocates for it, expands groups of locals one by one, and links imports in quadratic time.
 *
 * @see <a href="https://webassembly.github.io/spec/core/binary/modules.html">WebAssembly core specification, binary format, modules</a>
 */
final class ModuleScan {
    static final int IMPORTS_MAX = 256;
    static final int TYPES_MAX = 10_000;
    static final int FUNCTIONS_MAX = 100_000;
    static final int EXPORTS_MAX = 10_000;
    static final int SEGMENTS_MAX = 100_000;
    static final int TABLES_MAX = 16;
    static final int TABLE_ENTRIES_MAX = 100_000;
    static final int LOCALS_MAX = 50_000;
    static final int ALL_LOCALS_MAX = 1_000_000;
    static final int SIGNATURE_MAX = 1000;

    private static final int FUNCTION = 0;
    private static final int MEMORY = 2;
    private static final String[] KINDS = {"function", "table", "memory", "global", "tag"};

    private final int pagesMax;
    private final List<String> types = new ArrayList<>();
    private final List<Import> imports = new ArrayList<>();
    private final List<Integer> functions = new ArrayList<>();
    private final Map<String, Integer> exportedFunctions = new HashMap<>();
    private final ByteArrayOutputStream core;
    private boolean exportsMemory;
    private int memories;
    private long locals;

    private ModuleScan(int pagesMax, int size) {
        this.pagesMax = pagesMax;
        this.core = new ByteArrayOutputStream(size);
    }

    /** @param signature as in {@link Shape#exports} */
    record Import(String module, String name, String signature) {}

    /**
     * @param exports names of exported functions to their signatures: {@code "ii:I"} takes two i32 and gives an i64; {@code iIfF} for i32, i64, f32,
     *     f64, {@code r} for a reference
     * @param exportsMemory whether its memory is exported as {@code memory}
     * @param core the module without its custom sections, which nobody here reads
     */
    record Shape(
            List<Import> imports, Map<String, String> exports, boolean exportsMemory, Supplier<InputStream> core) {}

    /** @param pagesMax the most that its memory may have at its start */
    static Shape scan(byte[] module, int pagesMax) throws LoadException {
        ModuleScan scan = new ModuleScan(pagesMax, module.length);
        scan.module(module);
        Map<String, String> exports = new HashMap<>();
        for (Map.Entry<String, Integer> export : scan.exportedFunctions.entrySet()) {
            exports.put(export.getKey(), scan.signatureOf(export.getValue()));
        }
        byte[] core = scan.core.toByteArray();
        return new Shape(List.copyOf(scan.imports), exports, scan.exportsMemory, () -> new ByteArrayInputStream(core));
    }

    private void module(byte[] module) throws LoadException {
        ModuleReader in = new ModuleReader(module, 0, module.length);
        if (in.oneByte() != 0 || in.oneByte() != 'a' || in.oneByte() != 's' || in.oneByte() != 'm') {
            throw new LoadException("this is not a Wasm module: it does not begin with \\0asm");
        }
        int version = in.oneByte() | in.oneByte() << 8;
        int layer = in.oneByte() | in.oneByte() << 8;
        if (layer == 1) {
            throw new LoadException("this is a component, and components are not supported:"
                    + " build a core module (for Rust: --target wasm32-unknown-unknown or wasm32-wasip1)");
        }
        if (version != 1 || layer != 0) {
            throw new LoadException("the module has version " + version + "; only version 1 is supported");
        }
        core.write(module, 0, 8);
        while (in.remaining() > 0) {
            int from = in.position();
            int id = in.oneByte();
            ModuleReader section = in.part(in.number());
            if (id != 0) {
                section(id, section);
                core.write(module, from, in.position() - from);
            }
        }
    }

    private void section(int id, ModuleReader in) throws LoadException {
        switch (id) {
            case 1 -> types(in);
            case 2 -> imports(in);
            case 3 -> functions(in);
            case 4 -> tables(in);
            case 5 -> memories(in);
            case 6 -> in.count("globals", EXPORTS_MAX);
            case 7 -> exports(in);
            case 8 -> in.number();
            case 9 -> elements(in);
            case 10 -> code(in);
            case 11 -> data(in);
            case 12 -> in.number();
            case 13 -> in.count("tags", EXPORTS_MAX);
            default -> throw ModuleReader.malformed("it has a section " + id);
        }
    }

    private void types(ModuleReader in) throws LoadException {
        int count = in.count("types", TYPES_MAX);
        for (int i = 0; i < count; i++) {
            int form = in.oneByte();
            if (form != 0x60) {
                throw form == 0x5e || form == 0x5f || form == 0x4e || form == 0x4f || form == 0x50
                        ? new LoadException("it uses garbage-collected types, which are not supported")
                        : ModuleReader.malformed("it has a type of form 0x%02x".formatted(form));
            }
            types.add(values(in) + ":" + values(in));
        }
    }

    private static String values(ModuleReader in) throws LoadException {
        int count = in.count("values in a signature", SIGNATURE_MAX);
        StringBuilder values = new StringBuilder(count);
        for (int i = 0; i < count; i++) {
            int type = in.oneByte();
            values.append(
                    switch (type) {
                        case 0x7f -> 'i';
                        case 0x7e -> 'I';
                        case 0x7d -> 'f';
                        case 0x7c -> 'F';
                        case 0x70, 0x6f -> 'r';
                        case 0x7b -> throw new LoadException("it uses SIMD, which is not supported: build without it");
                        default ->
                            throw new LoadException(
                                    "it uses value type 0x%02x, which is not supported".formatted(type));
                    });
        }
        return values.toString();
    }

    private void imports(ModuleReader in) throws LoadException {
        int count = in.count("imports", IMPORTS_MAX);
        for (int i = 0; i < count; i++) {
            String module = in.name();
            String name = in.name();
            int kind = in.oneByte();
            if (kind != FUNCTION) {
                throw new LoadException("it imports the " + (kind < KINDS.length ? KINDS[kind] : "thing") + " " + module
                        + "." + name + "; the host offers functions only");
            }
            imports.add(new Import(module, name, type(in.number())));
        }
    }

    private void functions(ModuleReader in) throws LoadException {
        int count = in.count("functions", FUNCTIONS_MAX);
        for (int i = 0; i < count; i++) {
            functions.add((int) Math.min(in.number(), Integer.MAX_VALUE));
        }
    }

    private void tables(ModuleReader in) throws LoadException {
        int count = in.count("tables", TABLES_MAX);
        for (int i = 0; i < count; i++) {
            int type = in.oneByte();
            if (type != 0x70 && type != 0x6f) {
                throw new LoadException("it has a table with an initialiser, which is not supported");
            }
            int flags = in.oneByte();
            long entries = in.number();
            if (entries > TABLE_ENTRIES_MAX) {
                throw new LoadException("it has a table of " + entries + " entries, more than " + TABLE_ENTRIES_MAX);
            }
            if ((flags & 1) != 0) {
                in.number();
            }
        }
    }

    private void memories(ModuleReader in) throws LoadException {
        memories = in.count("memories", 1);
        if (memories == 0) {
            return;
        }
        int flags = in.oneByte();
        if ((flags & 4) != 0) {
            throw new LoadException("it uses a 64-bit memory; the host has 32-bit ones of up to 2 GiB - 64 KiB");
        }
        if ((flags & 2) != 0) {
            throw new LoadException("it uses a shared memory; threads are not supported");
        }
        long pages = in.number();
        if (pages > pagesMax) {
            throw new LoadException("it starts with " + pages * 64 + " KiB of memory; a function may have "
                    + pagesMax * 64L + " KiB, and none more than 2 GiB - 64 KiB");
        }
    }

    private void exports(ModuleReader in) throws LoadException {
        int count = in.count("exports", EXPORTS_MAX);
        for (int i = 0; i < count; i++) {
            String name = in.name();
            int kind = in.oneByte();
            long index = in.number();
            if (kind == FUNCTION) {
                exportedFunctions.put(name, (int) Math.min(index, Integer.MAX_VALUE));
            } else if (kind == MEMORY && memories > 0) {
                exportsMemory |= name.equals("memory");
            }
        }
    }

    private void elements(ModuleReader in) throws LoadException {
        int count = in.count("element segments", SEGMENTS_MAX);
        for (int i = 0; i < count; i++) {
            long flags = in.number();
            boolean active = (flags & 1) == 0;
            boolean explicit = (flags & 2) != 0;
            boolean expressions = (flags & 4) != 0;
            if (active && explicit) {
                in.number();
            }
            if (active) {
                in.skipConstant();
            }
            if (!active || explicit) {
                in.oneByte(); // the kind or type of element
            }
            int elements = in.count("elements in a segment", TABLE_ENTRIES_MAX);
            for (int j = 0; j < elements; j++) {
                if (expressions) {
                    in.skipConstant();
                } else {
                    in.number();
                }
            }
        }
    }

    private void code(ModuleReader in) throws LoadException {
        int count = in.count("function bodies", FUNCTIONS_MAX);
        for (int i = 0; i < count; i++) {
            ModuleReader body = in.part(in.number());
            int groups = body.count("groups of locals", LOCALS_MAX);
            long here = 0;
            for (int j = 0; j < groups; j++) {
                here += body.number();
                body.oneByte();
            }
            locals += here;
            if (here > LOCALS_MAX || locals > ALL_LOCALS_MAX) {
                throw new LoadException("it declares more local variables than " + LOCALS_MAX + " in one function or "
                        + ALL_LOCALS_MAX + " in all");
            }
        }
    }

    private void data(ModuleReader in) throws LoadException {
        int count = in.count("data segments", SEGMENTS_MAX);
        for (int i = 0; i < count; i++) {
            long mode = in.number();
            if (mode == 2) {
                in.number();
            }
            if (mode != 1) {
                in.skipConstant();
            }
            in.skip(in.number());
        }
    }

    private String type(long index) throws LoadException {
        if (index >= types.size()) {
            throw ModuleReader.malformed("it names a type " + index + " that it does not have");
        }
        return types.get((int) index);
    }

    private String signatureOf(int function) throws LoadException {
        if (function < imports.size()) {
            return imports.get(function).signature();
        }
        int own = function - imports.size();
        if (own >= functions.size()) {
            throw ModuleReader.malformed("it exports a function that it does not have");
        }
        return type(functions.get(own));
    }
}
