using System.Management.Automation.Host;

namespace PatchTools.Views;

/// <summary>The screen that a view is laid out for.</summary>
internal static class Screen
{
    /// <summary>Where nobody knows: jobs, remote sessions, hosts without a screen.</summary>
    internal const int DefaultWidth = 100;

    /// <summary>Columns of the host's screen. A view must not fail because a host has none.</summary>
    public static int WidthOf(PSHost? host)
    {
        try
        {
            return host?.UI?.RawUI?.BufferSize.Width is int width and > 0 ? width : DefaultWidth;
        }
        catch (Exception e)
            when (e
                    is HostException
                        or NotImplementedException
                        or NotSupportedException
                        or InvalidOperationException
                        or IOException
            )
        {
            return DefaultWidth;
        }
    }
}
