using System.Buffers.Binary;
using PatchTools.Files;

namespace PatchTools.Families.Rpm.Reading;

/// <summary>
/// What a database of rpm in Berkeley DB's form (rpm up to 4.16) says of itself. A page of it that is lost takes its
/// packages along, and rpm lists the others without a word.
/// </summary>
internal static class BerkeleyDatabase
{
    // The first page of a hash, db_page.h of Berkeley DB 5.3: magic number at 12, entries at 88; rpm 4.16.1 with 60
    // packages has 61, one of them the number that the next package gets.
    private const int MagicOffset = 12;
    private const int EntriesOffset = 88;
    private const int Bytes = EntriesOffset + sizeof(uint);
    private const uint HashMagic = 0x061561;

    /// <summary>
    /// How many packages it counts; null where the file is no such database, or does not count them.
    /// </summary>
    public static long? CountOf(string path)
    {
        if (!HostFiles.Exists(path))
            return null;
        var page = new byte[Bytes];
        try
        {
            using var file = HostFiles.OpenRead(path);
            file.ReadExactly(page);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        // The machine that made it decides the order of the bytes.
        uint entries = 0;
        if (BinaryPrimitives.ReadUInt32LittleEndian(page.AsSpan(MagicOffset)) == HashMagic)
            entries = BinaryPrimitives.ReadUInt32LittleEndian(page.AsSpan(EntriesOffset));
        else if (BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(MagicOffset)) == HashMagic)
            entries = BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(EntriesOffset));
        return entries > 1 ? entries - 1 : null;
    }
}
