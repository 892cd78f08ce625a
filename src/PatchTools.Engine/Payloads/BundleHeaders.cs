using System.Buffers.Binary;
using PatchTools.Errors;

namespace PatchTools.Payloads;

/// <summary>
/// Looks at the headers of a tar archive before anybody reads it by them. A reader makes room for as many bytes as a
/// header of long names or attributes announces, before it has seen one; and a size that two headers name differently,
/// or that something without content names, makes two readers see two archives.
/// </summary>
internal static class BundleHeaders
{
    private const int Block = 512;
    private const int TypeOffset = 156;
    private const int SizeOffset = 124;
    private const int SizeLength = 12;

    /// <summary>Bytes of the longest names and attributes that any module has.</summary>
    private const int MaxAttributes = 64 << 10;

    /// <param name="plain">The archive, not compressed.</param>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.PayloadUnsafe"/>.</exception>
    /// <exception cref="InvalidDataException">It is no tar archive.</exception>
    public static void Check(Stream plain)
    {
        var block = new byte[Block];
        var isAtEnd = false;
        while (plain.ReadAtLeast(block, Block, throwOnEndOfStream: false) is var read && read > 0)
        {
            if (read < Block)
                throw new InvalidDataException("the end of the tar archive is missing.");
            if (!block.AsSpan().ContainsAnyExcept((byte)0))
            {
                isAtEnd = true;
                continue;
            }

            if (isAtEnd)
                throw new InvalidDataException("something follows the end of the tar archive.");
            Check(plain, block[TypeOffset], SizeOf(block.AsSpan(SizeOffset, SizeLength)));
        }
    }

    private static void Check(Stream plain, byte type, long size)
    {
        if (type is (byte)'L' or (byte)'K' or (byte)'x' or (byte)'X' or (byte)'g')
        {
            if (size > MaxAttributes)
                throw Unsafe($"a header announces {size} bytes of names, and no module has more than {MaxAttributes}");
            var attributes = new byte[Padded(size)];
            plain.ReadExactly(attributes);
            if (type is not ((byte)'L' or (byte)'K'))
                Check(attributes.AsSpan(0, (int)size), isForAll: type == (byte)'g');
        }
        else
        {
            // The three types of plain files; everything else has no content.
            if (size > 0 && type is not ((byte)'0' or 0 or (byte)'7'))
                throw Unsafe("an entry that is not a file has content");
            Skip(plain, Padded(size));
        }
    }

    // 30 mtime=1350244992.023960108
    private static void Check(ReadOnlySpan<byte> attributes, bool isForAll)
    {
        if (attributes.IndexOf(" size="u8) >= 0)
            throw Unsafe("a header names the size of a file a second time");
        if (isForAll && (attributes.IndexOf(" GNU.sparse."u8) >= 0 || attributes.IndexOf("path="u8) >= 0))
            throw Unsafe("a header makes sparse files of all files, or names all of them");
    }

    // 00000001750\0, or with the first bit set a number of 95 bits
    private static long SizeOf(ReadOnlySpan<byte> field)
    {
        if ((field[0] & 0x80) != 0)
        {
            var large = BinaryPrimitives.ReadInt64BigEndian(field[^8..]);
            return (field[0] & 0x7f) == 0 && !field[1..^8].ContainsAnyExcept((byte)0) && large >= 0
                ? large
                : throw new InvalidDataException("a size in the tar archive is not a number.");
        }

        var text = field.Trim(" \0"u8);
        long size = 0;
        foreach (var digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'7')
                throw new InvalidDataException("a size in the tar archive is not a number.");
            size = (size << 3) + (digit - '0');
        }

        return size;
    }

    private static long Padded(long size) => (size + Block - 1) & ~(Block - 1L);

    private static void Skip(Stream plain, long count)
    {
        if (count < 0)
            throw new InvalidDataException("a size in the tar archive is not a number.");
        var buffer = new byte[64 << 10];
        while (count > 0)
        {
            var read = plain.Read(buffer, 0, (int)Math.Min(count, buffer.Length));
            if (read == 0)
                throw new InvalidDataException("the end of the tar archive is missing.");
            count -= read;
        }
    }

    private static PatchToolsException Unsafe(string why) =>
        new(PatchErrors.PayloadUnsafe, $"The bundle was refused: {why}. Nothing of it was installed.");
}
