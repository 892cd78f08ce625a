using System.Buffers.Binary;
using System.Text;

namespace PatchTools.Testing.Rigs;

/// <summary>
/// The versions of shared libraries that a 64-bit ELF program wants (section <c>.gnu.version_r</c>, LSB 5 §10.7), such
/// as <c>GLIBC_2.17</c>.
/// </summary>
public static class ElfVersions
{
    private const uint VersionNeeds = 0x6ffffffe;
    private const int SectionHeader = 64;

    /// <summary>Version names, each once.</summary>
    public static IReadOnlyList<string> Needed(string program)
    {
        ReadOnlySpan<byte> file = File.ReadAllBytes(program);
        var sections = (int)Long(file, 0x28);
        var count = Short(file, 0x3c);
        HashSet<string> versions = [];
        for (var i = 0; i < count; i++)
        {
            var header = file.Slice(sections + (i * SectionHeader), SectionHeader);
            if (Word(header, 4) != VersionNeeds)
                continue;
            var names = file.Slice(sections + ((int)Word(header, 0x28) * SectionHeader), SectionHeader);
            Read(file[(int)Long(header, 0x18)..], file[(int)Long(names, 0x18)..], versions);
        }

        return [.. versions];
    }

    private static void Read(ReadOnlySpan<byte> needs, ReadOnlySpan<byte> names, HashSet<string> versions)
    {
        while (true)
        {
            var entries = Short(needs, 2);
            var entry = needs[(int)Word(needs, 8)..];
            for (var i = 0; i < entries; i++)
            {
                var name = names[(int)Word(entry, 8)..];
                versions.Add(Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]));
                entry = entry[(int)Word(entry, 12)..];
            }

            var next = (int)Word(needs, 12);
            if (next == 0)
                return;
            needs = needs[next..];
        }
    }

    private static ushort Short(ReadOnlySpan<byte> bytes, int at) =>
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static ulong Long(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
}
