-- A database for each service.
CREATE DATABASE "order";
CREATE DATABASE payment;
