using System.Text;

namespace PatchTools.Engine.Tests.State;

/// <summary>Damaged copies of good files, the same for the same seed.</summary>
internal static class Mutilated
{
    private static readonly byte[][] Splinters =
    [
        .. new[]
        {
            "null",
            "-1",
            "1e400",
            "\"5\"",
            "[]",
            "{}",
            "\\ud800",
            "\"",
            "}",
            ",",
            "true",
            "99999999999999999999",
            "\0",
            ":",
            "InstalledPendingReboot",
        }.Select(Encoding.UTF8.GetBytes),
        [0xFF, 0xFE],
        [0xC3],
        [0xEF, 0xBB, 0xBF],
    ];

    public static IEnumerable<byte[]> Cases(byte[][] seeds, int count, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var content = seeds[random.Next(seeds.Length)].ToList();
            for (var cut = random.Next(1, 4); cut > 0 && content.Count > 0; cut--)
            {
                var at = random.Next(content.Count);
                switch (random.Next(6))
                {
                    case 0:
                        content.RemoveRange(at, content.Count - at);
                        break;
                    case 1:
                        content[at] = (byte)random.Next(256);
                        break;
                    case 2:
                        content.InsertRange(at, Splinters[random.Next(Splinters.Length)]);
                        break;
                    case 3:
                        content.RemoveRange(at, Math.Min(random.Next(20), content.Count - at));
                        break;
                    case 4:
                        var digit = content.FindIndex(at, b => b is >= (byte)'0' and <= (byte)'9');
                        if (digit >= 0)
                            content[digit] = (byte)('0' + random.Next(10));
                        break;
                    default:
                        content.InsertRange(at, content.GetRange(at, Math.Min(random.Next(200), content.Count - at)));
                        break;
                }
            }

            yield return [.. content];
        }
    }
}
