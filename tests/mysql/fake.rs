//! A server of a few lines that answers as a test decides: for what a real one cannot be made to say.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub enum Reply {
    Ok,
    Rows(Vec<Vec<&'static str>>),
    Error(u16, &'static str),
    /// Never.
    Silence,
}

fn packet(number: u8, body: &[u8]) -> Vec<u8> {
    let mut packet = (body.len() as u32).to_le_bytes()[..3].to_vec();
    packet.push(number);
    packet.extend_from_slice(body);
    packet
}

/// Protocol 10, version, connection, nonce, and of the abilities: PROTOCOL_41, SECURE_CONNECTION, PLUGIN_AUTH.
fn hello() -> Vec<u8> {
    let mut hello = b"\x0a10.11.0-MariaDB\0\x01\0\0\0abcdefgh\0\x08\x82\x2d\x02\0\x08\0\x15".to_vec();
    hello.extend_from_slice(b"\0\0\0\0\0\0\0\0\0\0abcdefghijkl\0mysql_native_password\0");
    hello
}

const OK: &[u8] = b"\0\0\0\x02\0\0\0";
const END: &[u8] = b"\xfe\0\0\x02\0";

/// Greets like MariaDB and answers the client's sign-in with one packet. Gives its port.
pub async fn refusing(answer: &'static [u8]) -> u16 {
    let (listener, port) = listen().await;
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(&packet(0, &hello())).await;
            let mut bytes = [0; 1024];
            let _ = stream.read(&mut bytes).await;
            let _ = stream.write_all(&packet(2, answer)).await;
            let _ = stream.read(&mut bytes).await;
        }
    });
    port
}

/// Lets anyone in and answers each statement by `reply`, which is given the text and how many came before.
pub async fn answering(reply: impl Fn(&str, usize) -> Reply + Send + Sync + 'static) -> u16 {
    let (listener, port) = listen().await;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // the end of a connection is the client's to decide
            let _ = talk(stream, &reply).await;
        }
    });
    port
}

async fn listen() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

async fn talk(mut stream: TcpStream, reply: &(impl Fn(&str, usize) -> Reply + Sync)) -> std::io::Result<()> {
    stream.write_all(&packet(0, &hello())).await?;
    read(&mut stream).await?;
    stream.write_all(&packet(2, OK)).await?;
    for n in 0.. {
        let body = read(&mut stream).await?;
        let text = String::from_utf8_lossy(body.get(1..).unwrap_or_default()).into_owned();
        match reply(&text, n) {
            Reply::Ok => stream.write_all(&packet(1, OK)).await?,
            Reply::Error(number, text) => {
                let mut body = vec![0xff];
                body.extend_from_slice(&number.to_le_bytes());
                body.extend_from_slice(b"#HY000");
                body.extend_from_slice(text.as_bytes());
                stream.write_all(&packet(1, &body)).await?;
            }
            Reply::Rows(rows) => stream.write_all(&result(&rows)).await?,
            Reply::Silence => {}
        }
    }
    Ok(())
}

async fn read(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut head = [0; 4];
    stream.read_exact(&mut head).await?;
    let mut body = vec![0; u32::from_le_bytes([head[0], head[1], head[2], 0]) as usize];
    stream.read_exact(&mut body).await?;
    Ok(body)
}

fn result(rows: &[Vec<&str>]) -> Vec<u8> {
    let columns = rows.first().map_or(1, Vec::len) as u8;
    let text = |text: &str| [&[text.len() as u8], text.as_bytes()].concat();
    let column = [text("def"), text(""), text(""), text(""), text("c"), text("c")].concat();
    let column = [column.as_slice(), b"\x0c\x2d\0\xff\0\0\0\xfd\0\0\0\0\0"].concat();
    let mut bodies = vec![vec![columns]];
    bodies.extend((0..columns).map(|_| column.clone()));
    bodies.push(END.to_vec());
    bodies.extend(rows.iter().map(|row| row.iter().flat_map(|value| text(value)).collect()));
    bodies.push(END.to_vec());
    bodies.iter().enumerate().flat_map(|(n, body)| packet(n as u8 + 1, body)).collect()
}
